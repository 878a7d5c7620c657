//! The small picture of a generated picture, for lists. It is a convenience: a picture of which none
//! can be made is kept all the same. What is decoded came from outside, so its size is judged before
//! any of it is unpacked, and only one is unpacked at a time.

use image::{
    DynamicImage, ImageDecoder, ImageError, ImageReader, Limits, RgbImage,
    codecs::jpeg::JpegEncoder,
    error::{LimitError, LimitErrorKind},
};
use std::path::{Path, PathBuf};
use tokio::sync::Semaphore;

/// The type of every thumbnail.
pub const MEDIA_TYPE: &str = "image/jpeg";

/// The longest side, in pixels.
const SIDE: u32 = 480;
const QUALITY: u8 = 80;
/// The most pixels that are unpacked: a little more than 7680 × 4320.
const MOST_PIXELS: u64 = 40_000_000;
/// The most memory that a decoder may take.
const MOST_MEMORY: u64 = 320 << 20;

static ONE_AT_A_TIME: Semaphore = Semaphore::const_new(1);

/// A JPEG of at most 480 pixels on its longer side, upright, transparency on white; `None` for a
/// picture that is that small already, is too large to unpack, or cannot be read.
pub async fn make(picture: &Path) -> Option<Vec<u8>> {
    let _turn = ONE_AT_A_TIME.acquire().await.ok()?;
    let path = PathBuf::from(picture);
    match tokio::task::spawn_blocking(move || render(&path)).await {
        Ok(Ok(small)) => small,
        Ok(Err(error)) => {
            tracing::warn!(%error, "a picture is kept without a thumbnail");
            None
        }
        Err(_) => {
            tracing::error!("a picture is kept without a thumbnail: its decoder failed");
            None
        }
    }
}

fn render(path: &Path) -> Result<Option<Vec<u8>>, ImageError> {
    let mut reader = ImageReader::open(path)?.with_guessed_format()?;
    let mut limits = Limits::default();
    limits.max_alloc = Some(MOST_MEMORY);
    reader.limits(limits);
    let mut decoder = reader.into_decoder()?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > MOST_PIXELS || decoder.total_bytes() > MOST_MEMORY {
        return Err(ImageError::Limits(LimitError::from_kind(
            LimitErrorKind::DimensionError,
        )));
    }
    if width.max(height) <= SIDE {
        return Ok(None);
    }
    let orientation = decoder.orientation()?;
    let mut small = DynamicImage::from_decoder(decoder)?.thumbnail(SIDE, SIDE);
    small.apply_orientation(orientation);
    let mut jpeg = Vec::new();
    JpegEncoder::new_with_quality(&mut jpeg, QUALITY).encode_image(&on_white(&small))?;
    Ok(Some(jpeg))
}

/// JPEG knows no transparency: what shines through becomes white.
fn on_white(picture: &DynamicImage) -> RgbImage {
    if !picture.color().has_alpha() {
        return picture.to_rgb8();
    }
    let picture = picture.to_rgba8();
    RgbImage::from_fn(picture.width(), picture.height(), |x, y| {
        let [red, green, blue, alpha] = picture.get_pixel(x, y).0;
        let mix = |colour: u8| {
            let (colour, alpha) = (u16::from(colour), u16::from(alpha));
            u8::try_from((colour * alpha + 255 * (255 - alpha)) / 255).unwrap_or(u8::MAX)
        };
        image::Rgb([mix(red), mix(green), mix(blue)])
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{ImageFormat, Rgba, RgbaImage};
    use proptest::prelude::*;

    async fn of(bytes: &[u8]) -> Option<DynamicImage> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("picture.part");
        std::fs::write(&path, bytes).unwrap();
        let small = make(&path).await?;
        Some(image::load_from_memory_with_format(&small, ImageFormat::Jpeg).unwrap())
    }

    fn encoded(width: u32, height: u32, colour: [u8; 4], format: ImageFormat) -> Vec<u8> {
        let picture = RgbaImage::from_pixel(width, height, Rgba(colour));
        let mut bytes = std::io::Cursor::new(Vec::new());
        let picture = DynamicImage::ImageRgba8(picture);
        match format {
            ImageFormat::Jpeg => picture.to_rgb8().write_to(&mut bytes, format).unwrap(),
            _ => picture.write_to(&mut bytes, format).unwrap(),
        }
        bytes.into_inner()
    }

    #[tokio::test]
    async fn the_longer_side_has_480_pixels_whatever_the_format() {
        for format in [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP] {
            let small = of(&encoded(1_200, 600, [200, 10, 10, 255], format))
                .await
                .unwrap();
            assert_eq!((small.width(), small.height()), (480, 240), "{format:?}");
            let middle = small.to_rgb8().get_pixel(240, 120).0;
            assert!(middle[0] > 180 && middle[1] < 40, "{format:?} {middle:?}");
        }
    }

    #[tokio::test]
    async fn what_shines_through_is_white() {
        let small = of(&encoded(600, 600, [0, 0, 0, 0], ImageFormat::Png))
            .await
            .unwrap();
        assert!(
            small
                .to_rgb8()
                .get_pixel(1, 1)
                .0
                .iter()
                .all(|part| *part > 250)
        );
    }

    #[tokio::test]
    async fn a_small_picture_needs_none_and_a_broken_one_gets_none() {
        let small = encoded(480, 300, [1, 2, 3, 255], ImageFormat::Png);
        assert!(of(&small).await.is_none());
        let mut broken = encoded(900, 900, [1, 2, 3, 255], ImageFormat::Png);
        broken.truncate(broken.len() / 2);
        assert!(of(&broken).await.is_none());
        assert!(of(b"\x89PNG\r\n\x1a\n").await.is_none());
    }

    /// A few bytes that say they are 60,000 pixels wide and high: 14 GB once unpacked.
    #[tokio::test]
    async fn a_picture_that_would_fill_the_memory_is_not_unpacked() {
        let mut bomb = encoded(900, 900, [1, 2, 3, 255], ImageFormat::Png);
        let side = 60_000_u32.to_be_bytes();
        bomb[16..20].copy_from_slice(&side);
        bomb[20..24].copy_from_slice(&side);
        // The checksum of the header, so that it is not refused for that alone.
        let sum = crc32(&bomb[12..29]).to_be_bytes();
        bomb[29..33].copy_from_slice(&sum);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("bomb");
        std::fs::write(&path, &bomb).unwrap();
        assert!(matches!(render(&path), Err(ImageError::Limits(_))));
    }

    fn crc32(bytes: &[u8]) -> u32 {
        !bytes.iter().fold(!0_u32, |sum, byte| {
            (0..8).fold(sum ^ u32::from(*byte), |sum, _| {
                (sum >> 1) ^ (0xedb8_8320 & (sum & 1).wrapping_neg())
            })
        })
    }

    /// Pictures of each format in which some bytes are others, with something cut off or added.
    fn damaged() -> impl Strategy<Value = Vec<u8>> {
        let formats = [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP];
        let whole = formats.map(|format| encoded(600, 500, [1, 200, 3, 255], format));
        let changes = prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..12);
        (
            0..3_usize,
            changes,
            any::<prop::sample::Index>(),
            any::<bool>(),
        )
            .prop_map(move |(format, changes, end, is_cut)| {
                let mut bytes = whole[format].clone();
                for (at, byte) in changes {
                    // Most of what a decoder decides on stands at the beginning.
                    let range = if byte % 2 == 0 {
                        bytes.len().min(64)
                    } else {
                        bytes.len()
                    };
                    bytes[at.index(range)] = byte;
                }
                if is_cut {
                    bytes.truncate(end.index(bytes.len()));
                }
                bytes
            })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(400))]

        #[test]
        fn a_damaged_picture_gets_a_small_one_or_none(bytes in damaged()) {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("picture");
            std::fs::write(&path, &bytes).unwrap();
            if let Ok(Some(small)) = render(&path) {
                let small = image::load_from_memory_with_format(&small, ImageFormat::Jpeg).unwrap();
                prop_assert!(small.width().max(small.height()) <= SIDE);
            }
        }
    }
}

//! Puts a WAV header before raw samples, which browsers cannot play alone. Never touches what has
//! a header already.

use bytes::{BufMut, Bytes, BytesMut};

/// The rate of Gemini's speech when its media type names none (Gemini speech guide).
const DEFAULT_RATE: u32 = 24_000;
/// Rates that are believed.
const RATES: std::ops::RangeInclusive<u32> = 8_000..=192_000;

/// Samples (16 bit, little-endian, mono) as a WAV file, or the bytes as they are when they are one.
#[must_use]
pub fn playable(samples: Bytes, media_type: &str) -> (Bytes, String) {
    if samples.starts_with(b"RIFF") {
        return (samples, "audio/wav".to_owned());
    }
    let kind = media_type.to_ascii_lowercase();
    let raw = ["audio/l16", "audio/pcm", "audio/raw"]
        .iter()
        .any(|start| kind.starts_with(start))
        || kind.contains("rate=");
    if !raw {
        return (samples, media_type.to_owned());
    }
    let rate = kind
        .split(';')
        .find_map(|part| part.trim().strip_prefix("rate=")?.trim().parse().ok())
        .filter(|rate| RATES.contains(rate))
        .unwrap_or(DEFAULT_RATE);
    (with_header(&samples, rate), "audio/wav".to_owned())
}

fn with_header(samples: &[u8], rate: u32) -> Bytes {
    let length = u32::try_from(samples.len()).unwrap_or(u32::MAX - 36);
    let mut file = BytesMut::with_capacity(44 + samples.len());
    file.put_slice(b"RIFF");
    file.put_u32_le(36_u32.saturating_add(length));
    file.put_slice(b"WAVEfmt ");
    file.put_u32_le(16);
    file.put_u16_le(1);
    file.put_u16_le(1);
    file.put_u32_le(rate);
    file.put_u32_le(rate.saturating_mul(2));
    file.put_u16_le(2);
    file.put_u16_le(16);
    file.put_slice(b"data");
    file.put_u32_le(length);
    file.put_slice(samples);
    file.freeze()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn raw_samples_get_a_header_with_their_rate() {
        let (file, kind) = playable(
            Bytes::from_static(&[1, 2, 3, 4]),
            "audio/L16;codec=pcm;rate=16000",
        );
        assert_eq!(kind, "audio/wav");
        assert_eq!(file.len(), 48);
        assert_eq!(&file[..4], b"RIFF");
        assert_eq!(&file[4..8], 40_u32.to_le_bytes());
        assert_eq!(&file[8..16], b"WAVEfmt ");
        assert_eq!(&file[24..28], 16_000_u32.to_le_bytes());
        assert_eq!(&file[28..32], 32_000_u32.to_le_bytes());
        assert_eq!(&file[40..44], 4_u32.to_le_bytes());
        assert_eq!(&file[44..], &[1, 2, 3, 4]);
    }

    #[test]
    fn a_missing_or_absurd_rate_is_24_khz() {
        for kind in [
            "audio/pcm",
            "audio/L16;rate=0",
            "audio/L16;rate=x",
            "audio/L16; rate=4000000000",
        ] {
            let (file, _) = playable(Bytes::from_static(&[0, 0]), kind);
            assert_eq!(&file[24..28], 24_000_u32.to_le_bytes(), "{kind}");
        }
    }

    #[test]
    fn files_stay_as_they_are() {
        let wav = Bytes::from_static(b"RIFF....WAVEfmt ");
        assert_eq!(playable(wav.clone(), "audio/L16;rate=24000").0, wav);
        let mp3 = Bytes::from_static(b"ID3");
        assert_eq!(
            playable(mp3.clone(), "audio/mpeg"),
            (mp3, "audio/mpeg".to_owned())
        );
    }
}

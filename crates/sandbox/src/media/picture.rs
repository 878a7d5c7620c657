//! Draws a landscape from a prompt: a sky, a sun or moon, mountains and ground, in colours and places
//! that the prompt decides. It must stay a drawing of few flat shapes, which is what makes it fast.

use crate::ids::{Sequence, seed};
use crate::media::png::{self, Row};

/// Ratios and the size of the 1K picture in each, as Gemini's image models make them.
const SIZES: [(&str, u32, u32); 14] = [
    ("1:1", 1024, 1024),
    ("2:3", 848, 1264),
    ("3:2", 1264, 848),
    ("3:4", 896, 1200),
    ("4:3", 1200, 896),
    ("4:5", 928, 1152),
    ("5:4", 1152, 928),
    ("9:16", 768, 1376),
    ("16:9", 1376, 768),
    ("21:9", 1584, 672),
    ("1:4", 512, 2048),
    ("4:1", 2048, 512),
    ("1:8", 384, 3072),
    ("8:1", 3072, 384),
];

/// The largest side that is drawn.
const LARGEST: u32 = 12_288;

/// Width and height for a ratio (`16:9`) at `1K`, `2K`, `4K` or `512`; a square for an unknown
/// ratio and 1K for an unknown size.
pub(crate) fn size(ratio: &str, resolution: &str) -> (u32, u32) {
    let (width, height) = SIZES
        .iter()
        .find(|(name, _, _)| *name == ratio)
        .map_or((1024, 1024), |(_, width, height)| (*width, *height));
    match resolution {
        "512" => (width / 2, height / 2),
        "2K" => (width * 2, height * 2),
        "4K" => (width * 4, height * 4),
        _ => (width, height),
    }
}

const SKY: usize = 64;
const SUN: u8 = 64;
const FAR: u8 = 65;
const NEAR: u8 = 66;
const GROUND: u8 = 67;

/// Top and bottom of the sky, sun, far and near mountains, ground.
const MOODS: [[[u8; 3]; 6]; 6] = [
    [
        [22, 36, 74],
        [244, 164, 96],
        [255, 226, 160],
        [96, 82, 122],
        [58, 48, 88],
        [30, 26, 52],
    ],
    [
        [92, 160, 214],
        [232, 240, 246],
        [255, 250, 214],
        [124, 158, 170],
        [70, 116, 108],
        [44, 82, 62],
    ],
    [
        [10, 12, 34],
        [50, 60, 110],
        [236, 238, 248],
        [36, 42, 78],
        [24, 28, 56],
        [12, 14, 30],
    ],
    [
        [206, 90, 90],
        [252, 206, 130],
        [255, 244, 220],
        [150, 74, 96],
        [98, 50, 82],
        [54, 30, 56],
    ],
    [
        [96, 120, 128],
        [206, 214, 210],
        [240, 240, 228],
        [130, 146, 146],
        [92, 108, 108],
        [58, 70, 70],
    ],
    [
        [44, 110, 120],
        [246, 214, 170],
        [255, 238, 196],
        [84, 134, 126],
        [48, 96, 96],
        [24, 60, 66],
    ],
];

/// A PNG of `width` by `height` pixels that `prompt` alone decides.
pub(crate) fn png(prompt: &str, width: u32, height: u32) -> Vec<u8> {
    let (width, height) = (width.clamp(1, LARGEST), height.clamp(1, LARGEST));
    let mut chance = Sequence::new(seed(prompt));
    let mood = chance.pick(&MOODS);
    let shapes = shapes(&mut chance, i64::from(width), i64::from(height));
    let sky_end = height * 4 / 5;
    png::encode(width, height, &palette(mood), |y, row| {
        let colour = if y < sky_end {
            (y as usize * SKY / sky_end.max(1) as usize) as u8
        } else {
            GROUND
        };
        row.push((colour, width));
        if y < sky_end {
            for shape in &shapes {
                let (start, end) = shape.span(i64::from(y));
                let within = |x: i64| u32::try_from(x.clamp(0, i64::from(width))).unwrap_or(0);
                paint(row, within(start), within(end), shape.colour);
            }
        }
    })
}

fn palette(mood: &[[u8; 3]; 6]) -> Vec<[u8; 3]> {
    let [top, bottom, rest @ ..] = mood;
    let mix = |step: usize, channel: usize| {
        let (from, to) = (usize::from(top[channel]), usize::from(bottom[channel]));
        ((from * (SKY - 1 - step) + to * step) / (SKY - 1)) as u8
    };
    (0..SKY)
        .map(|step| [mix(step, 0), mix(step, 1), mix(step, 2)])
        .chain(rest.iter().copied())
        .collect()
}

/// A disc or a mountain: what it covers of a row is one span.
struct Shape {
    colour: u8,
    x: i64,
    y: i64,
    form: Form,
}

enum Form {
    Disc {
        radius: i64,
    },
    /// Widths to the left and right for each 100 rows below the peak.
    Mountain {
        left: i64,
        right: i64,
    },
}

impl Shape {
    /// First column and the one after the last in row `y`; equal when it is not in that row.
    fn span(&self, y: i64) -> (i64, i64) {
        let down = y - self.y;
        match self.form {
            Form::Disc { radius } if down.abs() <= radius => {
                let half = (radius * radius - down * down).isqrt();
                (self.x - half, self.x + half)
            }
            Form::Mountain { left, right } if down > 0 => {
                (self.x - down * left / 100, self.x + down * right / 100)
            }
            _ => (0, 0),
        }
    }
}

fn shapes(chance: &mut Sequence, width: i64, height: i64) -> Vec<Shape> {
    let mut between = |low: i64, high: i64| {
        low + i64::try_from(chance.below((high - low).max(1).unsigned_abs())).unwrap_or(0)
    };
    let mut shapes = vec![Shape {
        colour: SUN,
        x: between(width / 6, width * 5 / 6),
        y: between(height / 8, height * 2 / 5),
        form: Form::Disc {
            radius: width.min(height) / between(9, 16),
        },
    }];
    for (colour, count, highest, lowest) in [(FAR, 5, 30, 55), (NEAR, 4, 50, 72)] {
        for index in 0..count {
            let middle = width * (2 * index + 1) / (2 * count);
            shapes.push(Shape {
                colour,
                x: middle + between(-width / 8, width / 8),
                y: height * between(highest, lowest) / 100,
                form: Form::Mountain {
                    left: between(60, 160),
                    right: between(60, 160),
                },
            });
        }
    }
    shapes
}

/// Paints the columns from `start` to `end` over what the row shows so far.
fn paint(row: &mut Row, start: u32, end: u32, colour: u8) {
    if start >= end {
        return;
    }
    let mut painted = Row::with_capacity(row.len() + 2);
    let mut at = 0;
    for &(old, length) in row.iter() {
        let next = at + length;
        let before = start.clamp(at, next) - at;
        let after = next - end.clamp(at, next);
        for (kept, length) in [
            (old, before),
            (colour, length - before - after),
            (old, after),
        ] {
            match painted.last_mut() {
                _ if length == 0 => {}
                Some((last, total)) if *last == kept => *total += length,
                _ => painted.push((kept, length)),
            }
        }
        at = next;
    }
    *row = painted;
}

#[cfg(test)]
mod tests {
    use super::{paint, png, size};

    #[test]
    fn pictures_decode_in_the_size_of_their_ratio_and_resolution() {
        for (ratio, resolution, expected) in [
            ("16:9", "1K", (1376, 768)),
            ("9:16", "2K", (1536, 2752)),
            ("1:1", "4K", (4096, 4096)),
            ("4:3", "512", (600, 448)),
        ] {
            let (width, height) = size(ratio, resolution);
            let file = png("a fox in the snow", width, height);
            let picture = image::load_from_memory(&file).expect("a PNG");
            assert_eq!((picture.width(), picture.height()), expected);
        }
    }

    #[test]
    fn the_prompt_alone_decides_the_picture() {
        assert_eq!(png("a fox", 320, 200), png("a fox", 320, 200));
        assert_ne!(png("a fox", 320, 200), png("a wolf", 320, 200));
    }

    #[test]
    fn pictures_are_more_than_one_colour() {
        let file = png("dawn", 256, 256);
        let picture = image::load_from_memory(&file).expect("a PNG").to_rgb8();
        let mut colours: Vec<_> = picture.pixels().map(|pixel| pixel.0).collect();
        colours.sort_unstable();
        colours.dedup();
        assert!(colours.len() > 20, "{} colours", colours.len());
    }

    #[test]
    fn painting_covers_exactly_its_span() {
        let mut row = vec![(1, 10), (2, 10)];
        paint(&mut row, 5, 15, 3);
        assert_eq!(row, [(1, 5), (3, 10), (2, 5)]);
        paint(&mut row, 0, 20, 4);
        assert_eq!(row, [(4, 20)]);
        paint(&mut row, 7, 7, 5);
        assert_eq!(row, [(4, 20)]);
    }
}

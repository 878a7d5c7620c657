//! Writes PNG from runs of equal pixels. Cost grows with the number of runs and not of pixels, so
//! that a 4K picture takes milliseconds even in an unoptimised build; a general encoder took close
//! to a second there. It must only be given pictures with few runs per row.

/// A row of a picture: colour index and length of each run, from left to right.
pub(crate) type Row = Vec<(u8, u32)>;

/// An 8-bit palette PNG. `row` fills in the runs of each row, whose lengths must add up to `width`.
pub(crate) fn encode(
    width: u32,
    height: u32,
    palette: &[[u8; 3]],
    mut row: impl FnMut(u32, &mut Row),
) -> Vec<u8> {
    let mut image = Deflate::new();
    let mut runs = Row::new();
    for y in 0..height {
        runs.clear();
        row(y, &mut runs);
        debug_assert_eq!(runs.iter().map(|(_, length)| length).sum::<u32>(), width);
        image.run(0, 1);
        for (colour, length) in &runs {
            image.run(*colour, *length);
        }
    }
    let mut header = Vec::with_capacity(13);
    header.extend_from_slice(&width.to_be_bytes());
    header.extend_from_slice(&height.to_be_bytes());
    // Bit depth 8, palette colours, standard compression and filters, not interlaced.
    header.extend_from_slice(&[8, 3, 0, 0, 0]);
    let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
    chunk(&mut file, *b"IHDR", &header);
    chunk(&mut file, *b"PLTE", palette.as_flattened());
    chunk(&mut file, *b"IDAT", &image.finish());
    chunk(&mut file, *b"IEND", &[]);
    file
}

fn chunk(file: &mut Vec<u8>, kind: [u8; 4], data: &[u8]) {
    let length = u32::try_from(data.len()).expect("the data of a picture is far below 4 GB");
    file.extend_from_slice(&length.to_be_bytes());
    let start = file.len();
    file.extend_from_slice(&kind);
    file.extend_from_slice(data);
    let sum = crc32(&file[start..]);
    file.extend_from_slice(&sum.to_be_bytes());
}

fn crc32(bytes: &[u8]) -> u32 {
    let table = const {
        let mut table = [0u32; 256];
        let mut index = 0;
        while index < 256 {
            let mut value = index as u32;
            let mut bit = 0;
            while bit < 8 {
                value = if value & 1 == 1 {
                    0xedb8_8320 ^ (value >> 1)
                } else {
                    value >> 1
                };
                bit += 1;
            }
            table[index] = value;
            index += 1;
        }
        table
    };
    !bytes.iter().fold(!0, |sum, byte| {
        table[usize::from((sum as u8) ^ byte)] ^ (sum >> 8)
    })
}

/// A zlib stream of one block with the fixed codes of RFC 1951, in which every repetition refers to
/// the byte before it.
struct Deflate {
    bytes: Vec<u8>,
    bits: u64,
    count: u32,
    sum_a: u64,
    sum_b: u64,
}

const ADLER: u64 = 65_521;
/// RFC 1951, 3.2.5: the smallest length and the extra bits of the length codes from 257 on.
const LENGTHS: [(u32, u32); 29] = [
    (3, 0),
    (4, 0),
    (5, 0),
    (6, 0),
    (7, 0),
    (8, 0),
    (9, 0),
    (10, 0),
    (11, 1),
    (13, 1),
    (15, 1),
    (17, 1),
    (19, 2),
    (23, 2),
    (27, 2),
    (31, 2),
    (35, 3),
    (43, 3),
    (51, 3),
    (59, 3),
    (67, 4),
    (83, 4),
    (99, 4),
    (115, 4),
    (131, 5),
    (163, 5),
    (195, 5),
    (227, 5),
    (258, 0),
];

impl Deflate {
    fn new() -> Self {
        let mut stream = Self {
            bytes: vec![0x78, 0x01],
            bits: 0,
            count: 0,
            sum_a: 1,
            sum_b: 0,
        };
        // The last block, fixed codes.
        stream.put(0b011, 3);
        stream
    }

    /// `length` times the byte `value`.
    fn run(&mut self, value: u8, length: u32) {
        self.sum(u64::from(value), u64::from(length));
        let mut left = length;
        if left == 0 {
            return;
        }
        self.symbol(u32::from(value));
        left -= 1;
        while left >= 3 {
            let code = LENGTHS
                .iter()
                .rposition(|(smallest, _)| *smallest <= left)
                .unwrap_or(0);
            let (smallest, extra) = LENGTHS[code];
            let reach = smallest + (1 << extra) - 1;
            let matched = left.min(reach);
            self.symbol(257 + u32::try_from(code).unwrap_or(0));
            self.put(matched - smallest, extra);
            // Distance code 0: one byte back.
            self.put(0, 5);
            left -= matched;
        }
        for _ in 0..left {
            self.symbol(u32::from(value));
        }
    }

    /// The checksum of the run in closed form.
    fn sum(&mut self, value: u64, length: u64) {
        let triangle = (length * (length + 1) / 2) % ADLER;
        self.sum_b = (self.sum_b + length * self.sum_a + value * triangle) % ADLER;
        self.sum_a = (self.sum_a + length * value) % ADLER;
    }

    /// RFC 1951, 3.2.6: a symbol in its fixed code, whose bits go out highest first.
    fn symbol(&mut self, symbol: u32) {
        let (code, length) = match symbol {
            0..=143 => (0x30 + symbol, 8),
            144..=255 => (0x190 + symbol - 144, 9),
            256..=279 => (symbol - 256, 7),
            _ => (0xc0 + symbol - 280, 8),
        };
        self.put(code.reverse_bits() >> (32 - length), length);
    }

    fn put(&mut self, value: u32, length: u32) {
        self.bits |= u64::from(value) << self.count;
        self.count += length;
        while self.count >= 8 {
            self.bytes.push(self.bits as u8);
            self.bits >>= 8;
            self.count -= 8;
        }
    }

    fn finish(mut self) -> Vec<u8> {
        self.symbol(256);
        self.put(0, (8 - self.count % 8) % 8);
        let sum = (self.sum_b << 16) | self.sum_a;
        self.bytes
            .extend_from_slice(&u32::try_from(sum).unwrap_or(0).to_be_bytes());
        self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::encode;

    #[test]
    fn every_run_length_and_colour_decodes_to_what_was_drawn() {
        let palette: Vec<[u8; 3]> = (0..=255).map(|value| [value, 255 - value, 7]).collect();
        let width = 700;
        let file = encode(width, 600, &palette, |y, row| {
            row.push(((y % 256) as u8, y.min(width)));
            row.push((((y + 100) % 256) as u8, width - y.min(width)));
        });
        let picture = image::load_from_memory(&file).expect("a PNG").to_rgb8();
        assert_eq!(picture.dimensions(), (700, 600));
        for (x, y, pixel) in picture.enumerate_pixels() {
            let index = if x < y { y % 256 } else { (y + 100) % 256 };
            assert_eq!(pixel.0, palette[index as usize], "at {x},{y}");
        }
    }
}

//! Synthesises a voice-like sound whose length follows the text, as 16-bit little-endian mono PCM or
//! as a WAV file. It must not sound like, or be taken for, a real voice.

use crate::ids::{Sequence, seed};

/// How many characters are spoken in a second.
const CHARACTERS_PER_SECOND: f64 = 15.0;
/// No text sounds longer than this, in seconds.
const LONGEST: f64 = 120.0;
const SYLLABLES_PER_SECOND: u32 = 5;
const WAVE: usize = 256;

/// How long `text` sounds, in seconds.
pub(crate) fn seconds(text: &str) -> f64 {
    (text.chars().count() as f64 / CHARACTERS_PER_SECOND).clamp(0.6, LONGEST)
}

/// `text` in `voice` as 16-bit little-endian mono PCM at `rate` samples a second.
pub(crate) fn pcm(text: &str, voice: &str, rate: u32) -> Vec<u8> {
    let wave = wave();
    let samples = (seconds(text) * f64::from(rate)) as usize;
    let syllable = (rate / SYLLABLES_PER_SECOND).max(1) as usize;
    let base = 110 + seed(voice) % 110;
    let mut chance = Sequence::new(seed(text));
    let mut bytes = Vec::with_capacity(samples * 2);
    let mut phase = 0u32;
    let mut step = 0u32;
    let mut loudness = 0i32;
    for sample in 0..samples {
        let within = sample % syllable;
        if within == 0 {
            let pitch = base + chance.below(60);
            step = u32::try_from((pitch << 32) / u64::from(rate)).unwrap_or(0);
            loudness = if chance.below(6) == 0 {
                0
            } else {
                40 + chance.below(50) as i32
            };
        }
        phase = phase.wrapping_add(step);
        let edge = within.min(syllable - within).min(syllable / 4);
        let swell = (edge * 400 / syllable.max(1)) as i32;
        let value = i32::from(wave[(phase >> 24) as usize]) * loudness / 100 * swell / 100;
        bytes.extend_from_slice(&(value.clamp(-32_768, 32_767) as i16).to_le_bytes());
    }
    bytes
}

/// One period of a tone with four partials.
fn wave() -> [i16; WAVE] {
    std::array::from_fn(|index| {
        let angle = std::f64::consts::TAU * index as f64 / WAVE as f64;
        let tone = angle.sin()
            + 0.6 * (2.0 * angle).sin()
            + 0.4 * (5.0 * angle).sin()
            + 0.15 * (8.0 * angle).sin();
        (tone * 9_000.0) as i16
    })
}

/// The PCM of [`pcm`] as a complete WAV file.
pub(crate) fn wav(text: &str, voice: &str, rate: u32) -> Vec<u8> {
    let samples = pcm(text, voice, rate);
    let length = u32::try_from(samples.len()).expect("two minutes are far below 4 GB");
    let mut file = Vec::with_capacity(samples.len() + 44);
    file.extend_from_slice(b"RIFF");
    file.extend_from_slice(&(36 + length).to_le_bytes());
    file.extend_from_slice(b"WAVEfmt ");
    file.extend_from_slice(&16u32.to_le_bytes());
    // PCM, one channel.
    file.extend_from_slice(&1u16.to_le_bytes());
    file.extend_from_slice(&1u16.to_le_bytes());
    file.extend_from_slice(&rate.to_le_bytes());
    file.extend_from_slice(&(rate * 2).to_le_bytes());
    file.extend_from_slice(&2u16.to_le_bytes());
    file.extend_from_slice(&16u16.to_le_bytes());
    file.extend_from_slice(b"data");
    file.extend_from_slice(&length.to_le_bytes());
    file.extend_from_slice(&samples);
    file
}

#[cfg(test)]
mod tests {
    use super::{pcm, seconds, wav};

    #[test]
    fn wav_header_describes_the_samples() {
        let file = wav("Hello there.", "Kore", 24_000);
        let number = |at: usize| u32::from_le_bytes(file[at..at + 4].try_into().expect("4 bytes"));
        assert_eq!(&file[..4], b"RIFF");
        assert_eq!(number(4) as usize, file.len() - 8);
        assert_eq!(&file[8..16], b"WAVEfmt ");
        assert_eq!((number(24), number(28)), (24_000, 48_000));
        assert_eq!(&file[36..40], b"data");
        assert_eq!(number(40) as usize, file.len() - 44);
    }

    #[test]
    fn longer_texts_sound_longer_up_to_a_limit() {
        assert!(seconds(&"a".repeat(300)) > seconds(&"a".repeat(100)));
        assert_eq!(seconds(&"a".repeat(1_000_000)), 120.0);
        assert_eq!(pcm(&"a".repeat(30), "Kore", 24_000).len(), 2 * 24_000 * 2);
    }

    #[test]
    fn the_sound_can_be_heard() {
        let loudest = pcm("Once upon a time there was a fox.", "Puck", 24_000)
            .chunks_exact(2)
            .map(|sample| i16::from_le_bytes([sample[0], sample[1]]).unsigned_abs())
            .max();
        assert!(
            loudest.is_some_and(|loudest| loudest > 4_000),
            "{loudest:?}"
        );
    }
}

//! The prepared clips of `assets/`. They are served as they are and never changed.

/// 6 seconds of a voice-like sound, MP3, 44.1 kHz.
pub(crate) const SPEECH_MP3: &[u8] = include_bytes!("../../assets/speech.mp3");
/// 12 seconds of an arpeggio, MP3, 32 kHz.
pub(crate) const MUSIC_MP3: &[u8] = include_bytes!("../../assets/music.mp3");
/// The length of [`MUSIC_MP3`] in seconds.
pub(crate) const MUSIC_SECONDS: f64 = 12.06;

/// The shape of a clip.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    Landscape,
    Portrait,
    Square,
}

impl Shape {
    /// The shape nearest to a ratio written `16:9`; landscape when it cannot be read.
    pub(crate) fn of_ratio(ratio: &str) -> Self {
        let sides = ratio.split_once(':').and_then(|(width, height)| {
            Some((width.parse::<u32>().ok()?, height.parse::<u32>().ok()?))
        });
        match sides {
            Some((width, height)) if width < height => Self::Portrait,
            Some((width, height)) if width == height => Self::Square,
            _ => Self::Landscape,
        }
    }

    /// The name of the file in a URL.
    pub(crate) fn file_name(self) -> &'static str {
        match self {
            Self::Landscape => "clip-16x9.mp4",
            Self::Portrait => "clip-9x16.mp4",
            Self::Square => "clip-1x1.mp4",
        }
    }
}

/// The prepared file with this name and its media type.
pub(crate) fn by_name(name: &str) -> Option<(&'static [u8], &'static str)> {
    Some(match name {
        "clip-16x9.mp4" => (include_bytes!("../../assets/clip-16x9.mp4"), "video/mp4"),
        "clip-9x16.mp4" => (include_bytes!("../../assets/clip-9x16.mp4"), "video/mp4"),
        "clip-1x1.mp4" => (include_bytes!("../../assets/clip-1x1.mp4"), "video/mp4"),
        "speech.mp3" => (SPEECH_MP3, "audio/mpeg"),
        "music.mp3" => (MUSIC_MP3, "audio/mpeg"),
        _ => return None,
    })
}

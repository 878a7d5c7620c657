//! What each family of KIE's market video models calls its parameters (KIE docs, one page per
//! model). A table: a new family is a new row. Every list is a whole list; nothing is guessed.

/// How a model takes its first picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum First {
    /// A list of addresses under this name.
    List(&'static str),
    /// One address under this name.
    One(&'static str),
    /// It works from text alone.
    None,
}

/// How a model takes the length of the clip.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Length {
    /// As text, from this list.
    Text(&'static [u32]),
    /// As a number, from the first to the second.
    Number(u32, u32),
    /// It has one length.
    Fixed,
}

/// A switch for sound; it is always sent, because some families have it on (and dearer) by default.
pub type Sound = Option<&'static str>;

/// One family.
#[derive(Debug)]
pub struct Family {
    /// The id, or the beginning of the ids.
    pub id: &'static str,
    /// Its first picture.
    pub first: First,
    /// Whether it cannot do without a picture.
    pub needs_picture: bool,
    /// The sibling that takes over when no picture is given.
    pub without_picture: Option<&'static str>,
    /// Its length.
    pub length: Length,
    /// The length that is sent when none is chosen; `None` where the field may be left out.
    pub default_length: Option<u32>,
    /// The name of the field for the size, and the sizes.
    pub resolution: Option<(&'static str, &'static [&'static str])>,
    /// The name of the field for the shape.
    pub aspect: Option<&'static str>,
    /// The shape that is sent when none is chosen; `None` where the field may be left out.
    pub default_aspect: Option<&'static str>,
    /// The name of the switch for sound.
    pub sound: Sound,
    /// What else must be there, as JSON.
    pub extra: &'static [(&'static str, &'static str)],
}

/// A family that takes nothing but a prompt; rows say how they differ.
const PLAIN: Family = Family {
    id: "",
    first: First::None,
    needs_picture: false,
    without_picture: None,
    length: Length::Fixed,
    default_length: None,
    resolution: None,
    aspect: None,
    default_aspect: None,
    sound: None,
    extra: &[],
};

const GROK_SECONDS: &[u32] = &[
    6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30,
];
const KLING_3_SECONDS: &[u32] = &[3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];
const FIVE_OR_TEN: Length = Length::Text(&[5, 10]);
const SIX_OR_TEN: Length = Length::Text(&[6, 10]);
const TO_FIFTEEN: Length = Length::Text(&[5, 10, 15]);
const RES: &str = "resolution";
const SD: &[&str] = &["480p", "720p"];
const HD: &[&str] = &["720p", "1080p"];
const ALL: &[&str] = &["480p", "720p", "1080p"];
const RATIO: Option<&str> = Some("aspect_ratio");
const WIDE: Option<&str> = Some("16:9");

/// Every family, the more exact ids before their beginnings.
const FAMILIES: &[Family] = &[
    Family {
        id: "grok-imagine/image-to-video",
        first: First::List("image_urls"),
        needs_picture: true,
        without_picture: Some("grok-imagine/text-to-video"),
        length: Length::Text(GROK_SECONDS),
        default_length: Some(6),
        resolution: Some((RES, SD)),
        extra: &[("mode", "\"normal\"")],
        ..PLAIN
    },
    Family {
        id: "grok-imagine/text-to-video",
        length: Length::Number(6, 30),
        default_length: Some(6),
        resolution: Some((RES, SD)),
        aspect: RATIO,
        extra: &[("mode", "\"normal\"")],
        ..PLAIN
    },
    Family {
        id: "kling-2.6/image-to-video",
        first: First::List("image_urls"),
        needs_picture: true,
        length: FIVE_OR_TEN,
        default_length: Some(5),
        sound: Some("sound"),
        ..PLAIN
    },
    Family {
        id: "kling-2.6/text-to-video",
        length: FIVE_OR_TEN,
        default_length: Some(5),
        aspect: RATIO,
        default_aspect: WIDE,
        sound: Some("sound"),
        ..PLAIN
    },
    Family {
        id: "kling-3.0/video",
        first: First::List("image_urls"),
        length: Length::Text(KLING_3_SECONDS),
        default_length: Some(5),
        resolution: Some(("mode", &["std", "pro", "4K"])),
        aspect: RATIO,
        default_aspect: WIDE,
        sound: Some("sound"),
        extra: &[
            ("mode", "\"std\""),
            ("multi_shots", "false"),
            ("multi_prompt", "[]"),
        ],
        ..PLAIN
    },
    Family {
        id: "kling/v2-5-turbo-image-to-video-pro",
        first: First::One("image_url"),
        needs_picture: true,
        length: FIVE_OR_TEN,
        ..PLAIN
    },
    Family {
        id: "kling/v2-1-master-image-to-video",
        first: First::One("image_url"),
        needs_picture: true,
        length: FIVE_OR_TEN,
        ..PLAIN
    },
    Family {
        id: "kling/v2-5-turbo-text-to-video-pro",
        length: FIVE_OR_TEN,
        aspect: RATIO,
        ..PLAIN
    },
    Family {
        id: "kling/v2-1-master-text-to-video",
        length: FIVE_OR_TEN,
        aspect: RATIO,
        ..PLAIN
    },
    Family {
        id: "kling/v2-1-",
        first: First::One("image_url"),
        needs_picture: true,
        length: FIVE_OR_TEN,
        ..PLAIN
    },
    Family {
        id: "hailuo/02-image-to-video-standard",
        first: First::One("image_url"),
        needs_picture: true,
        length: SIX_OR_TEN,
        default_length: Some(6),
        resolution: Some((RES, &["512P", "768P"])),
        ..PLAIN
    },
    Family {
        id: "hailuo/02-image-to-video-pro",
        first: First::One("image_url"),
        needs_picture: true,
        ..PLAIN
    },
    Family {
        id: "hailuo/02-text-to-video-standard",
        length: SIX_OR_TEN,
        ..PLAIN
    },
    Family {
        id: "hailuo/02-text-to-video-pro",
        ..PLAIN
    },
    Family {
        id: "hailuo/2-3-image-to-video-",
        first: First::One("image_url"),
        needs_picture: true,
        length: SIX_OR_TEN,
        resolution: Some((RES, &["768P", "1080P"])),
        ..PLAIN
    },
    Family {
        id: "wan/2-2-a14b-image-to-video-turbo",
        first: First::One("image_url"),
        needs_picture: true,
        resolution: Some((RES, SD)),
        ..PLAIN
    },
    Family {
        id: "wan/2-2-a14b-text-to-video-turbo",
        resolution: Some((RES, SD)),
        aspect: RATIO,
        ..PLAIN
    },
    Family {
        id: "wan/2-5-image-to-video",
        first: First::One("image_url"),
        needs_picture: true,
        length: FIVE_OR_TEN,
        default_length: Some(5),
        resolution: Some((RES, HD)),
        ..PLAIN
    },
    Family {
        id: "wan/2-5-text-to-video",
        length: FIVE_OR_TEN,
        default_length: Some(5),
        resolution: Some((RES, HD)),
        aspect: RATIO,
        ..PLAIN
    },
    Family {
        id: "wan/2-6-flash-image-to-video",
        first: First::List("image_urls"),
        needs_picture: true,
        length: TO_FIFTEEN,
        resolution: Some((RES, HD)),
        sound: Some("audio"),
        ..PLAIN
    },
    Family {
        id: "wan/2-6-image-to-video",
        first: First::List("image_urls"),
        needs_picture: true,
        length: TO_FIFTEEN,
        resolution: Some((RES, HD)),
        ..PLAIN
    },
    Family {
        id: "wan/2-6-text-to-video",
        length: TO_FIFTEEN,
        resolution: Some((RES, HD)),
        ..PLAIN
    },
    Family {
        id: "wan/2-7-image-to-video",
        first: First::One("first_frame_url"),
        needs_picture: true,
        length: Length::Number(2, 15),
        resolution: Some((RES, HD)),
        ..PLAIN
    },
    Family {
        id: "wan/2-7-text-to-video",
        length: Length::Number(2, 15),
        resolution: Some((RES, HD)),
        aspect: Some("ratio"),
        ..PLAIN
    },
    Family {
        id: "bytedance/seedance-1.5-pro",
        first: First::List("input_urls"),
        length: Length::Text(&[4, 8, 12]),
        default_length: Some(4),
        resolution: Some((RES, ALL)),
        aspect: RATIO,
        default_aspect: WIDE,
        sound: Some("generate_audio"),
        ..PLAIN
    },
    Family {
        id: "bytedance/seedance-2-fast",
        first: First::One("first_frame_url"),
        length: Length::Number(4, 15),
        resolution: Some((RES, SD)),
        aspect: RATIO,
        sound: Some("generate_audio"),
        ..PLAIN
    },
    Family {
        id: "bytedance/seedance-2",
        first: First::One("first_frame_url"),
        length: Length::Number(4, 15),
        resolution: Some((RES, ALL)),
        aspect: RATIO,
        sound: Some("generate_audio"),
        ..PLAIN
    },
    Family {
        id: "bytedance/v1-pro-fast-image-to-video",
        first: First::One("image_url"),
        needs_picture: true,
        length: FIVE_OR_TEN,
        resolution: Some((RES, HD)),
        ..PLAIN
    },
    Family {
        id: "bytedance/v1-pro-image-to-video",
        first: First::One("image_url"),
        needs_picture: true,
        length: FIVE_OR_TEN,
        resolution: Some((RES, ALL)),
        ..PLAIN
    },
    Family {
        id: "bytedance/v1-lite-image-to-video",
        first: First::One("image_url"),
        needs_picture: true,
        length: FIVE_OR_TEN,
        resolution: Some((RES, ALL)),
        ..PLAIN
    },
    Family {
        id: "bytedance/v1-pro-text-to-video",
        length: FIVE_OR_TEN,
        resolution: Some((RES, ALL)),
        aspect: RATIO,
        ..PLAIN
    },
    Family {
        id: "bytedance/v1-lite-text-to-video",
        length: FIVE_OR_TEN,
        resolution: Some((RES, ALL)),
        aspect: RATIO,
        ..PLAIN
    },
];

/// The family of a model id: the whole id, or a beginning that ends in `-`.
pub fn family(model: &str) -> Option<&'static Family> {
    FAMILIES.iter().find(|family| {
        family.id == model || (family.id.ends_with('-') && model.starts_with(family.id))
    })
}

#[cfg(test)]
pub fn all() -> &'static [Family] {
    FAMILIES
}

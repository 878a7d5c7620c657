//! Where generated media are kept, for how long, and how full the disk may become.

use super::{ConfigError, ServeOptions, is_bare_origin, set};
use secrecy::SecretString;
use url::Url;

/// The free space that is left alone where nothing else is said.
const MIN_FREE: u64 = 512 << 20;

/// What the operator decides about media.
#[derive(Debug, Clone)]
pub struct Media {
    /// Where they are.
    pub place: MediaPlace,
    /// The free space of the disk, in bytes, below which nothing more is stored.
    pub min_free: u64,
    /// After how many days files are removed; `None` for never.
    pub keep_days: Option<u32>,
}

/// Where media are.
#[derive(Debug, Clone)]
pub enum MediaPlace {
    /// Below the data folder.
    Folder,
    /// In a bucket of a store that speaks the S3 protocol.
    Bucket(Box<BucketOptions>),
}

/// A bucket and the way to it. `Debug` shows no credential.
#[derive(Debug, Clone)]
pub struct BucketOptions {
    /// Its name.
    pub bucket: String,
    /// What every object's name begins with, without slashes at its ends; may be empty.
    pub prefix: String,
    /// The store's origin; `None` for Amazon's own.
    pub endpoint: Option<Url>,
    /// The region that requests are signed for.
    pub region: String,
    /// `AWS_ACCESS_KEY_ID`.
    pub access_key_id: SecretString,
    /// `AWS_SECRET_ACCESS_KEY`.
    pub secret_access_key: SecretString,
    /// `AWS_SESSION_TOKEN`, for keys that end.
    pub session_token: Option<SecretString>,
}

impl Media {
    pub(super) fn read(
        options: &ServeOptions,
        lookup: &impl Fn(&str) -> Option<String>,
    ) -> Result<Self, ConfigError> {
        Ok(Self {
            place: match set(&options.media) {
                None => MediaPlace::Folder,
                Some(address) => MediaPlace::Bucket(Box::new(bucket(address, lookup)?)),
            },
            min_free: set(&options.min_free_disk).map_or(Ok(MIN_FREE), size)?,
            keep_days: set(&options.keep_outputs_days).map(days).transpose()?,
        })
    }
}

fn bucket(
    address: &str,
    lookup: &impl Fn(&str) -> Option<String>,
) -> Result<BucketOptions, ConfigError> {
    let wrong = || {
        ConfigError::new(
            "FILM_MEDIA",
            "must be a bucket such as s3://bucket or s3://bucket/prefix, or be left out to keep media in the data folder",
        )
    };
    let rest = address.strip_prefix("s3://").ok_or_else(wrong)?;
    let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
    let prefix = prefix.strip_suffix('/').unwrap_or(prefix);
    if !is_bucket_name(bucket) || !is_prefix(prefix) {
        return Err(wrong());
    }
    let endpoint = endpoint(lookup)?;
    let region = match lookup("AWS_REGION").or_else(|| lookup("AWS_DEFAULT_REGION")) {
        Some(region) if is_region(region.trim()) => region.trim().to_owned(),
        Some(_) => {
            return Err(ConfigError::new(
                "AWS_REGION",
                "must be the name of a region such as eu-central-1",
            ));
        }
        None if endpoint.is_some() => "us-east-1".to_owned(),
        None => {
            return Err(ConfigError::new(
                "AWS_REGION",
                "is needed for the bucket in FILM_MEDIA",
            ));
        }
    };
    Ok(BucketOptions {
        bucket: bucket.to_owned(),
        prefix: prefix.to_owned(),
        endpoint,
        region,
        access_key_id: credential(lookup, "AWS_ACCESS_KEY_ID")?.ok_or_else(|| {
            ConfigError::new(
                "AWS_ACCESS_KEY_ID",
                "is needed for the bucket in FILM_MEDIA",
            )
        })?,
        secret_access_key: credential(lookup, "AWS_SECRET_ACCESS_KEY")?.ok_or_else(|| {
            ConfigError::new(
                "AWS_SECRET_ACCESS_KEY",
                "is needed for the bucket in FILM_MEDIA",
            )
        })?,
        session_token: credential(lookup, "AWS_SESSION_TOKEN")?,
    })
}

fn endpoint(lookup: &impl Fn(&str) -> Option<String>) -> Result<Option<Url>, ConfigError> {
    for variable in ["AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "AWS_ENDPOINT"] {
        let Some(address) = lookup(variable) else {
            continue;
        };
        return Url::parse(address.trim())
            .ok()
            .filter(|url| {
                matches!(url.scheme(), "http" | "https") && url.has_host() && is_bare_origin(url)
            })
            .map(Some)
            .ok_or_else(|| {
                ConfigError::new(
                    variable,
                    "must be the address of an S3-compatible store such as https://s3.example.com",
                )
            });
    }
    Ok(None)
}

fn credential(
    lookup: &impl Fn(&str) -> Option<String>,
    variable: &str,
) -> Result<Option<SecretString>, ConfigError> {
    let Some(value) = lookup(variable) else {
        return Ok(None);
    };
    let value = value.trim();
    if value.bytes().all(|byte| byte.is_ascii_graphic()) {
        Ok(Some(value.into()))
    } else {
        Err(ConfigError::new(
            variable,
            "holds characters that no such credential has",
        ))
    }
}

fn is_bucket_name(name: &str) -> bool {
    (3..=63).contains(&name.len())
        && name
            .bytes()
            .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.'))
        && name.starts_with(|first: char| first.is_ascii_alphanumeric())
        && name.ends_with(|last: char| last.is_ascii_alphanumeric())
        && !name.contains("..")
}

fn is_prefix(prefix: &str) -> bool {
    prefix.is_empty()
        || prefix.split('/').all(|part| {
            !matches!(part, "" | "." | "..")
                && part
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
        })
}

fn is_region(region: &str) -> bool {
    region
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

/// A number of bytes, with a unit or without.
fn size(value: &str) -> Result<u64, ConfigError> {
    let digits = value.find(|c: char| !c.is_ascii_digit());
    let (number, unit) = value.split_at(digits.unwrap_or(value.len()));
    let factor = match unit.trim().to_ascii_lowercase().as_str() {
        "" | "b" => Some(1_u64),
        "kb" => Some(1_000),
        "mb" => Some(1_000_000),
        "gb" => Some(1_000_000_000),
        "k" | "kib" => Some(1 << 10),
        "m" | "mib" => Some(1 << 20),
        "g" | "gib" => Some(1 << 30),
        _ => None,
    };
    factor
        .zip(number.parse::<u64>().ok())
        .and_then(|(factor, number)| number.checked_mul(factor))
        .ok_or_else(|| {
            ConfigError::new(
                "FILM_MIN_FREE_DISK",
                "must be a size such as 512MiB or 2GiB; 0 switches the check off",
            )
        })
}

fn days(value: &str) -> Result<u32, ConfigError> {
    value
        .parse()
        .ok()
        .filter(|days| (1..=36_500).contains(days))
        .ok_or_else(|| {
            ConfigError::new(
                "FILM_KEEP_OUTPUTS_DAYS",
                "must be a number of days from 1 to 36500, or be left out to keep files for ever",
            )
        })
}

//! Where media are kept, for how long, and how full the disk may become.

use super::*;

fn with_bucket(variables: &[(&str, &str)]) -> Result<Config, ConfigError> {
    let options = ServeOptions {
        media: Some("s3://film-media/of/film/".to_owned()),
        ..ServeOptions::default()
    };
    with_key(&options, variables)
}

#[test]
fn media_are_in_the_data_folder_for_ever_unless_it_is_said_otherwise() {
    let config = with_key(&ServeOptions::default(), &[]).unwrap();
    assert!(matches!(config.media.place, MediaPlace::Folder));
    assert_eq!(
        (config.media.min_free, config.media.keep_days),
        (512 << 20, None)
    );
    for (size, bytes) in [
        ("0", 0),
        ("5000", 5_000),
        ("2GiB", 2 << 30),
        ("3 gb", 3_000_000_000),
    ] {
        let options = ServeOptions {
            min_free_disk: Some(size.to_owned()),
            keep_outputs_days: Some("30".to_owned()),
            ..ServeOptions::default()
        };
        let media = with_key(&options, &[]).unwrap().media;
        assert_eq!(
            (media.min_free, media.keep_days),
            (bytes, Some(30)),
            "{size}"
        );
    }
}

#[test]
fn a_bucket_has_a_name_a_prefix_and_credentials_that_are_not_shown() {
    let keys = [
        ("AWS_ACCESS_KEY_ID", "canary-id"),
        ("AWS_SECRET_ACCESS_KEY", "canary-secret"),
        ("AWS_SESSION_TOKEN", "canary-token"),
    ];
    let with = |more: &[(&str, &str)]| with_bucket(&[&keys, more].concat());
    let config = with(&[("AWS_REGION", "eu-central-1")]).unwrap();
    assert!(!format!("{config:?}").contains("canary"));
    let MediaPlace::Bucket(bucket) = config.media.place else {
        panic!("this is a bucket")
    };
    assert_eq!(
        (bucket.bucket.as_str(), bucket.prefix.as_str()),
        ("film-media", "of/film")
    );
    assert_eq!(
        (bucket.region.as_str(), bucket.endpoint),
        ("eu-central-1", None)
    );

    let config = with(&[("AWS_ENDPOINT_URL", "http://10.0.0.7:9000")]).unwrap();
    let MediaPlace::Bucket(bucket) = config.media.place else {
        panic!("this is a bucket")
    };
    assert_eq!(bucket.endpoint.unwrap().as_str(), "http://10.0.0.7:9000/");
}

#[test]
fn what_a_bucket_lacks_is_named() {
    let id = ("AWS_ACCESS_KEY_ID", "id");
    let secret = ("AWS_SECRET_ACCESS_KEY", "secret");
    let region = ("AWS_REGION", "eu-central-1");
    refused(with_bucket(&[id, secret]), "AWS_REGION");
    refused(
        with_bucket(&[id, secret, ("AWS_REGION", "eu/1")]),
        "AWS_REGION",
    );
    refused(with_bucket(&[secret, region]), "AWS_ACCESS_KEY_ID");
    refused(with_bucket(&[id, region]), "AWS_SECRET_ACCESS_KEY");
    let broken = ("AWS_SECRET_ACCESS_KEY", "can ary");
    let sentence = refused(with_bucket(&[id, broken, region]), "AWS_SECRET_ACCESS_KEY");
    assert!(!sentence.contains("ary"), "{sentence}");
    for variable in ["AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "AWS_ENDPOINT"] {
        for address in [
            "minio:9000",
            "ftp://minio",
            "https://user:canary@minio",
            "https://minio/film",
        ] {
            let sentence = refused(with_bucket(&[id, secret, (variable, address)]), variable);
            assert!(!sentence.contains("canary"), "{sentence}");
        }
    }
}

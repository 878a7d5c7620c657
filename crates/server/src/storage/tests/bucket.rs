//! The bucket, asked of a real S3 server in this process.

use super::*;
use crate::{
    config::BucketOptions,
    storage::testing::{KEY, NO_FILES, Server},
};
use url::Url;

/// The storage in a bucket, with a folder of its own for what is on its way.
fn storage(options: BucketOptions) -> (Storage, TempDir) {
    let incoming = tempfile::tempdir().unwrap();
    let media = Media {
        place: MediaPlace::Bucket(Box::new(options)),
        ..media(0)
    };
    let storage = Storage::new(incoming.path().to_owned(), &media).unwrap();
    (storage, incoming)
}

#[tokio::test]
async fn a_bucket_keeps_the_promises_of_a_folder() {
    let server = Server::start().await;
    let (storage, incoming) = storage(server.options());
    storage.check().await.unwrap();
    a_file_comes_back_whole_and_in_ranges(&storage, 200_000).await;
    let objects = server.objects();
    assert!(
        objects.len() == 1
            && objects[0].starts_with(server.folder.path().join("film/media/of/film"))
    );
    only_what_is_old_is_removed_and_nothing_while_a_file_moves(&storage).await;
    assert_eq!(files(incoming.path()), NO_FILES, "nothing stays here");
}

#[tokio::test]
async fn a_bucket_holds_the_same_bytes_once() {
    let server = Server::start().await;
    the_same_bytes_are_there_once(&storage(server.options()).0).await;
    assert_eq!(server.objects().len(), 2);
}

#[tokio::test]
async fn a_large_file_goes_in_parts() {
    let server = Server::start().await;
    // Two whole parts and some.
    a_file_comes_back_whole_and_in_ranges(&storage(server.options()).0, 18 << 20).await;
}

#[tokio::test]
async fn a_bucket_without_a_prefix_works_too() {
    let server = Server::start().await;
    let options = BucketOptions {
        prefix: String::new(),
        ..server.options()
    };
    let (storage, _incoming) = storage(options);
    storage.check().await.unwrap();
    let name = put(&storage, "a", PNG).await;
    assert_eq!(storage.read(&name, 1_000).await.unwrap(), PNG);
    assert_eq!(every_name(&storage).await, [name]);
}

/// One that has not been touched for long may be about to be removed by another server.
#[tokio::test]
async fn a_file_that_is_there_for_long_is_sent_again() {
    let server = Server::start().await;
    let (storage, _incoming) = storage(server.options());
    let name = put(&storage, "a", PNG).await;
    let object = server.objects().remove(0);
    let long_ago = std::time::SystemTime::UNIX_EPOCH;
    let file = std::fs::File::options().write(true).open(&object).unwrap();
    file.set_modified(long_ago).unwrap();
    assert_eq!(put(&storage, "b", PNG).await, name);
    assert!(std::fs::metadata(&object).unwrap().modified().unwrap() > long_ago);
}

#[tokio::test]
async fn no_error_gives_a_credential_or_an_address_away() {
    let server = Server::start().await;
    let wrong_secret = BucketOptions {
        secret_access_key: "another-canary".into(),
        ..server.options()
    };
    let no_bucket = BucketOptions {
        bucket: "nowhere".to_owned(),
        ..server.options()
    };
    let nobody = BucketOptions {
        endpoint: Some(Url::parse("http://127.0.0.1:9").unwrap()),
        ..server.options()
    };
    for (options, kind) in [
        (wrong_secret, ErrorKind::PermissionDenied),
        (no_bucket, ErrorKind::Other),
        (nobody, ErrorKind::Other),
    ] {
        assert!(!format!("{options:?}").contains("canary"), "{options:?}");
        let is_bucket_missing = options.bucket == "nowhere";
        let (storage, incoming) = storage(options);
        let error = storage.check().await.unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
        let mut errors = vec![error];
        // The server of these tests makes a bucket of whatever it is sent.
        if !is_bucket_missing {
            let file = checked(&storage, "a", PNG).await.unwrap();
            let now = crate::clock::Clock::system().now();
            errors.push(storage.place(file, now).await.unwrap_err());
        }
        assert_eq!(files(incoming.path()), NO_FILES);
        for error in errors {
            let says = format!("{error} {error:?}");
            for secret in ["canary", KEY, "127.0.0.1", "film"] {
                assert!(!says.contains(secret), "{says}");
            }
        }
    }
    assert_eq!(server.objects(), NO_FILES);
}

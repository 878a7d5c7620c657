//! What a storage promises, asked of a folder and of a bucket.

mod bucket;
mod folder;

use super::{testing::files, *};
use crate::generation::media::{NotKept, fits};
use domain::Operation;
use tempfile::TempDir;
use tokio::io::AsyncWriteExt;

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01";
const LATER: Timestamp = Timestamp(i64::MAX / 2);

fn media(min_free: u64) -> Media {
    Media {
        place: MediaPlace::Folder,
        min_free,
        keep_days: None,
    }
}

fn in_folder(folder: &TempDir) -> Storage {
    Storage::new(folder.path().join("media"), &media(0)).unwrap()
}

/// A picture of this many bytes; the last one makes it another.
fn picture(bytes: usize, last: u8) -> Vec<u8> {
    let mut picture: Vec<u8> = (0..bytes)
        .map(|at| u8::try_from(at % 251).unwrap())
        .collect();
    picture[..PNG.len()].copy_from_slice(PNG);
    picture[bytes - 1] = last;
    picture
}

async fn checked(
    storage: &Storage,
    id: &str,
    bytes: &[u8],
) -> std::result::Result<Checked, NotKept> {
    let mut part = storage.receive(id).await?;
    part.write_all(bytes).await?;
    part.check(|found| fits(Operation::Image, found)).await
}

async fn put(storage: &Storage, id: &str, bytes: &[u8]) -> String {
    let file = checked(storage, id, bytes).await.unwrap();
    let now = crate::clock::Clock::system().now();
    storage.place(file, now).await.unwrap()
}

async fn all_of(mut pieces: Pieces) -> Vec<u8> {
    let mut all = Vec::new();
    while let Some(piece) = pieces.next().await {
        all.extend_from_slice(&piece.unwrap());
    }
    all
}

async fn a_file_comes_back_whole_and_in_ranges(storage: &Storage, bytes: usize) {
    let picture = picture(bytes, 1);
    let name = put(storage, "a", &picture).await;
    assert!(is_name(&name), "{name}");
    assert!(storage.read(&name, bytes).await.unwrap() == picture);
    let too_large = storage.read(&name, bytes - 1).await.unwrap_err();
    assert_eq!(too_large.kind(), ErrorKind::FileTooLarge);
    let size = bytes as u64;
    for range in [
        0..1,
        5..17,
        0..size,
        size - 10..size,
        size / 2..size / 2 + 9,
    ] {
        let pieces = storage.open(&name, Some(range.clone())).await.unwrap();
        let (from, to) = (range.start as usize, range.end as usize);
        assert!(all_of(pieces).await == picture[from..to], "{range:?}");
    }
    let missing = name.replace(".png", ".jpg");
    let Err(error) = storage.open(&missing, None).await else {
        panic!("there is no such file")
    };
    assert_eq!(error.kind(), ErrorKind::NotFound);
}

async fn the_same_bytes_are_there_once(storage: &Storage) {
    let (one, other) = (picture(2_000, 1), picture(2_000, 2));
    let name = put(storage, "a", &one).await;
    assert_eq!(put(storage, "b", &one).await, name);
    assert_ne!(put(storage, "c", &other).await, name);
    assert_eq!(every_name(storage).await.len(), 2);
}

async fn every_name(storage: &Storage) -> Vec<String> {
    let mut names = Vec::new();
    for shelf in 0..=u8::MAX {
        names.extend(
            storage
                .touched(shelf, &(Timestamp(0)..LATER))
                .await
                .unwrap(),
        );
    }
    names
}

async fn only_what_is_old_is_removed_and_nothing_while_a_file_moves(storage: &Storage) {
    let name = put(storage, "a", PNG).await;
    let long_ago = Timestamp(0);
    assert!(!storage.remove_old(&name, long_ago).await.unwrap());
    let moving = storage.moving.read().await;
    assert!(!storage.remove_old(&name, LATER).await.unwrap());
    drop(moving);
    assert!(storage.open(&name, None).await.is_ok());
    assert!(storage.remove_old(&name, LATER).await.unwrap());
    assert!(!storage.remove_old(&name, LATER).await.unwrap(), "once");
    assert!(storage.open(&name, None).await.is_err());
}

#[test]
fn only_our_own_names_are_names() {
    let hash = "ab".repeat(32);
    assert!(is_name(&format!("ab/{hash}.png")));
    for other in [
        format!("cd/{hash}.png"),
        format!("ab/{hash}"),
        format!("ab/{}.png", &hash[1..]),
        format!("ab/{hash}.p-g"),
        format!("{hash}.png"),
        "ab/notes.txt".to_owned(),
        format!("ab/../{hash}.png"),
    ] {
        assert!(!is_name(&other), "{other}");
    }
}

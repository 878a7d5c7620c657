//! The folder: what is written there, what is not, and what remains of a failure.

use super::*;
use crate::{clock::Clock, storage::testing::NO_FILES};
use std::{
    fs::File,
    os::unix::fs::PermissionsExt,
    time::{Duration, SystemTime},
};

#[tokio::test]
async fn a_picture_is_kept_under_its_hash_for_its_owner_alone() {
    let folder = tempfile::tempdir().unwrap();
    let storage = in_folder(&folder);
    let file = checked(&storage, "a", PNG).await.unwrap();
    assert_eq!(
        (file.media_type, file.bytes),
        ("image/png", PNG.len() as u64)
    );
    let hash = hex::encode(&file.sha256);
    let name = storage.place(file, Clock::system().now()).await.unwrap();
    assert_eq!(name, format!("{}/{hash}.png", &hash[..2]));
    let stored = folder.path().join("media").join(&name);
    assert_eq!(std::fs::read(&stored).unwrap(), PNG);
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&stored), 0o600);
    assert_eq!(mode(stored.parent().unwrap()), 0o700);
    assert_eq!(files(folder.path()), [stored], "and nothing beside it");
}

#[tokio::test]
async fn what_is_not_the_media_asked_for_is_not_kept() {
    let folder = tempfile::tempdir().unwrap();
    let storage = in_folder(&folder);
    for bytes in [
        b"<html><script>alert(1)</script>".as_slice(),
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"GIF89a;<script>",
        b"%PDF-1.7",
        b"RIFF\x24\0\0\0WAVEfmt ",
        b"",
    ] {
        let refused = checked(&storage, "a", bytes).await;
        assert!(matches!(refused, Err(NotKept::WrongType)));
        assert_eq!(files(folder.path()), NO_FILES);
    }
}

#[tokio::test]
async fn a_folder_keeps_its_promises() {
    let folder = tempfile::tempdir().unwrap();
    let storage = in_folder(&folder);
    a_file_comes_back_whole_and_in_ranges(&storage, 200_000).await;
    only_what_is_old_is_removed_and_nothing_while_a_file_moves(&storage).await;
    let other = tempfile::tempdir().unwrap();
    the_same_bytes_are_there_once(&in_folder(&other)).await;
    assert_eq!(files(other.path()).len(), 2);
}

#[tokio::test]
async fn a_file_that_is_dropped_half_written_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let storage = in_folder(&folder);
    let mut part = storage.receive("a").await.unwrap();
    part.write_all(&picture(100_000, 1)).await.unwrap();
    assert_eq!(files(folder.path()).len(), 1);
    drop(part);
    assert_eq!(files(folder.path()), NO_FILES);
    drop(checked(&storage, "b", PNG).await.unwrap());
    assert_eq!(files(folder.path()), NO_FILES);
}

#[tokio::test]
async fn nothing_is_started_on_a_disk_that_is_too_full() {
    let folder = tempfile::tempdir().unwrap();
    let storage = Storage::new(folder.path().join("media"), &media(u64::MAX)).unwrap();
    assert_eq!(
        storage.room().await.unwrap_err().kind(),
        ErrorKind::StorageFull
    );
    let Err(error) = storage.receive("a").await else {
        panic!("there is no room")
    };
    assert_eq!(error.kind(), ErrorKind::StorageFull);
    assert_eq!(files(folder.path()), NO_FILES);
}

#[tokio::test]
async fn writing_stops_where_the_disk_becomes_too_full_and_says_so() {
    let folder = tempfile::tempdir().unwrap();
    // There was room when it began: the free space is first looked at after some megabytes.
    let mut part = Part::create(folder.path(), "a", u64::MAX).await.unwrap();
    let piece = vec![0; 1 << 20];
    let mut written = 0;
    let error = loop {
        match part.write_all(&piece).await {
            Ok(()) => written += 1,
            Err(error) => break error,
        }
        assert!(written < 10, "it is never looked at");
    };
    assert_eq!((written, error.kind()), (4, ErrorKind::StorageFull));
    assert_eq!(part.problem().unwrap().kind(), ErrorKind::StorageFull);
    drop(part);
    assert_eq!(files(folder.path()), NO_FILES);
}

#[tokio::test]
async fn half_written_files_are_removed_once_they_are_old() {
    let folder = tempfile::tempdir().unwrap();
    let storage = in_folder(&folder);
    let name = put(&storage, "a", PNG).await;
    let media = folder.path().join("media");
    for (part, hours) in [("old.part", 48), ("new.part", 1)] {
        let file = File::create(media.join(part)).unwrap();
        let now = Clock::system().now();
        let then = Duration::from_millis(now.0.unsigned_abs()) - Duration::from_secs(hours * 3_600);
        file.set_modified(SystemTime::UNIX_EPOCH + then).unwrap();
    }
    let yesterday = Clock::system().now().plus_millis(-ORPHANS_STAY);
    storage.remove_parts(Some(yesterday)).await.unwrap();
    assert!(!media.join("old.part").exists() && media.join("new.part").exists());
    storage.remove_parts(None).await.unwrap();
    assert_eq!(files(&media), [media.join(name)]);
}

#[tokio::test]
async fn what_another_process_is_writing_is_left_to_it() {
    let folder = tempfile::tempdir().unwrap();
    let storage = in_folder(&folder);
    let mut part = storage.receive("a").await.unwrap();
    part.write_all(PNG).await.unwrap();
    storage.remove_parts(None).await.unwrap();
    assert_eq!(files(&folder.path().join("media")).len(), 1);
    let checked = part.check(|_| true).await.unwrap();
    storage.remove_parts(None).await.unwrap();
    assert!(
        checked.path().exists(),
        "it is still to be put in its place"
    );
    drop(checked);
    assert_eq!(files(&folder.path().join("media")), NO_FILES);
}

#[tokio::test]
async fn other_files_beside_ours_are_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let storage = in_folder(&folder);
    put(&storage, "a", PNG).await;
    let shelf = folder.path().join("media/ab");
    std::fs::create_dir_all(&shelf).unwrap();
    std::fs::write(shelf.join("notes.txt"), "mine").unwrap();
    assert_eq!(every_name(&storage).await.len(), 1);
}

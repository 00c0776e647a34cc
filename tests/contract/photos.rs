//! The promises about photos. Each takes an empty store.

use gridward::domain::caller::Caller;
use gridward::domain::photo::MAX_PHOTOS;
use gridward::domain::report::{Actor, Report};
use gridward::store::photos::{NewPhoto, PhotoAdded};
use gridward::store::reports::NewEvent;
use gridward::store::{Store, StoreResult};
use time::Duration;

use super::reports::{accepted, new};

/// A photo whose file had that hash; stores look into no picture.
pub fn photo(report: &Report, hash: u8) -> NewPhoto {
    NewPhoto {
        report: report.clone(),
        at: report.created_at + Duration::minutes(i64::from(hash)),
        actor: Actor::of(&Caller::nobody(None)),
        sent_hash: [hash; 32],
        width: 640,
        height: 480,
        picture: vec![hash; 70_000],
        thumbnail: vec![hash, 0, 255],
        event: NewEvent { kind: "report.photo".into(), data: "{}".into(), left: Vec::new() },
    }
}

pub async fn photos_come_back_in_their_order_and_are_told_of(store: &dyn Store) {
    let all = [new(1, "aaa", &[]), new(2, "aab", &[])];
    store.add_reports(&all).await.unwrap();
    let revision = store.revision().await.unwrap();
    let (first, second) = (&all[0].report, &all[1].report);
    for (report, hash, number) in [(first, 7, 1), (second, 7, 1), (first, 3, 2)] {
        assert_eq!(store.add_photo(&photo(report, hash)).await.unwrap(), PhotoAdded::Kept(number));
    }
    let there = store.photos(&first.id).await.unwrap();
    let sent = photo(first, 7);
    assert_eq!((there[0].at, &there[0].actor, there[0].sent_hash), (sent.at, &sent.actor, sent.sent_hash));
    let told: Vec<_> = there.iter().map(|photo| (photo.number, photo.width, photo.height, photo.bytes)).collect();
    assert_eq!(told, [(1, 640, 480, 70_000), (2, 640, 480, 70_000)]);
    assert_eq!(store.picture(&first.id, 2).await.unwrap(), Some(vec![3; 70_000]));
    assert_eq!(store.thumbnail(&second.id, 1).await.unwrap(), Some(vec![7, 0, 255]));
    for (id, number) in [(&*second.id, 2), (&first.id, 0), ("261125-000000000000", 1), ("\0", 1)] {
        assert_eq!(store.picture(id, number).await.unwrap(), None, "{id:?} {number}");
    }
    assert_eq!(store.photos("\0").await.unwrap(), []);
    // The events come after those of the reports, without a gap, and say for whom they are.
    let events = store.events(2, 10).await.unwrap();
    let told: Vec<_> = events.iter().map(|event| (event.number, &*event.kind, &*event.report, event.step)).collect();
    let (a, b) = (&*first.id, &*second.id);
    assert_eq!(told, [(3, "report.photo", a, 1), (4, "report.photo", b, 1), (5, "report.photo", a, 1)]);
    assert_eq!((events[0].at, &events[0].grids[2]), (sent.at, &"aaa".to_owned()));
    assert_eq!(store.report_by_id(&first.id).await.unwrap().as_ref(), Some(first), "nobody moved the report");
    assert_eq!(store.revision().await.unwrap(), revision);
    // For a copy, all of them one after the other.
    let mut walked = Vec::new();
    let mut at = (String::new(), 0);
    while let Some(kept) = store.photo_after(&at.0, at.1).await.unwrap() {
        assert_eq!(kept.picture, vec![kept.photo.sent_hash[0]; 70_000]);
        at = (kept.photo.report.clone(), kept.photo.number);
        walked.push(at.clone());
    }
    assert_eq!(walked, [(a.to_owned(), 1), (a.to_owned(), 2), (b.to_owned(), 1)]);
}

pub async fn a_photo_sent_twice_is_kept_once_and_nine_are_all(store: &dyn Store) {
    let report = new(1, "aaa", &[]).report;
    store.add_reports(&[new(1, "aaa", &[])]).await.unwrap();
    // All at once, each twice: whoever is later finds it there.
    let sent: Vec<NewPhoto> =
        (0..MAX_PHOTOS as u8).flat_map(|hash| [photo(&report, hash), photo(&report, hash)]).collect();
    let fates = futures_util::future::join_all(sent.iter().map(|new| store.add_photo(new))).await;
    let fates: Vec<PhotoAdded> = fates.into_iter().collect::<StoreResult<_>>().unwrap();
    let mut numbers: Vec<i64> = fates
        .iter()
        .filter_map(|fate| if let PhotoAdded::Kept(number) = fate { Some(*number) } else { None })
        .collect();
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=MAX_PHOTOS as i64).collect::<Vec<_>>(), "{fates:?}");
    assert!(!fates.contains(&PhotoAdded::Full), "{fates:?}");
    assert_eq!(store.add_photo(&photo(&report, 99)).await.unwrap(), PhotoAdded::Full);
    let first = store.photos(&report.id).await.unwrap()[0].sent_hash[0];
    assert_eq!(store.add_photo(&photo(&report, first)).await.unwrap(), PhotoAdded::Again(1));
    assert_eq!(store.last_event().await.unwrap(), 1 + MAX_PHOTOS as i64);
}

pub async fn a_photo_is_told_to_those_who_have_the_report_now(store: &dyn Store) {
    let report = new(1, "aaa", &[]).report;
    store.add_reports(&[new(1, "aaa", &[])]).await.unwrap();
    let change = accepted(&report);
    assert!(store.change_report(&change).await.unwrap());
    assert_eq!(store.add_photo(&photo(&report, 1)).await.unwrap(), PhotoAdded::Stale);
    assert_eq!((store.photos(&report.id).await.unwrap().len(), store.last_event().await.unwrap()), (0, 2));
    assert_eq!(store.add_photo(&photo(&change.report, 1)).await.unwrap(), PhotoAdded::Kept(1));
}

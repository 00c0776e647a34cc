//! Photos of reports: who may send and see them, what is refused, and, judged by PyPI `pillow`, that nothing but the
//! picture is kept.

use std::path::Path;
use std::process::Command;

use axum::body::Body;
use axum::http::Method;
use gridward::domain::key::KeyRole;
use gridward::photo::MAX_BYTES;
use serde_json::{Value, json};

use super::reports::{Desk, report};
use super::town::{Answer, ask, run, somewhere};

/// A report that nobody's key sent, and the way to its photos.
struct Sent {
    desk: Desk,
    photos: String,
    token: String,
    code: String,
}

impl Sent {
    async fn new((lon, lat, code): (f64, f64, String)) -> Sent {
        let desk = Desk::new().await;
        let stored = desk.post("/v1/reports", "", &[], &report(lon, lat)).await.json();
        let text = |field: &str| stored[field].as_str().unwrap().to_owned();
        Sent { photos: format!("/v1/reports/{}/photos", text("id")), token: text("token"), desk, code }
    }

    async fn add(&self, media: &str, bytes: impl Into<Body>) -> Answer {
        let uri = format!("{}?token={}", self.photos, self.token);
        ask(&self.desk.office.service, Method::POST, &uri, &[("content-type", media)], bytes).await
    }

    async fn get(&self, path: &str) -> Answer {
        self.desk.get(&format!("{}{path}?token={}", self.photos, self.token), "").await
    }
}

/// The smallest PNG there is: one pixel, its grey to tell one from another.
pub fn png(grey: u8) -> Vec<u8> {
    png_that_says(1, grey)
}

/// The same, with a header that says how long its sides are.
fn png_that_says(side: u32, grey: u8) -> Vec<u8> {
    let [a, b, c, d] = side.to_be_bytes();
    let header = [a, b, c, d, a, b, c, d, 8, 0, 0, 0, 0];
    let crc = |bytes: &[u8]| {
        let mut crc = u32::MAX;
        for byte in bytes {
            crc ^= u32::from(*byte);
            for _ in 0..8 {
                crc = if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 };
            }
        }
        !crc
    };
    let mut out = b"\x89PNG\r\n\x1a\n".to_vec();
    // A stored block of zlib: filter 0 and the pixel.
    let adler = |pixel: u32| ((1 + 1 + pixel) << 16 | (1 + pixel)).to_be_bytes();
    let mut data = vec![0x78, 0x01, 0x01, 2, 0, 0xfd, 0xff, 0, grey];
    data.extend(adler(u32::from(grey)));
    for (name, content) in [(b"IHDR", &header[..]), (b"IDAT", &data), (b"IEND", &[])] {
        out.extend((content.len() as u32).to_be_bytes());
        let named = [name.as_slice(), content].concat();
        out.extend(&named);
        out.extend(crc(&named).to_be_bytes());
    }
    out
}

fn pillow(what: &str, folder: &Path) -> String {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/judges/photos.py");
    let output = Command::new("python3").arg(script).arg(what).arg(folder).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "the judge Pillow (`make tools` installs it) says: {said}");
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

#[test]
fn nothing_but_the_picture_is_kept() {
    let place = somewhere();
    run(async {
        let folder = tempfile::tempdir().unwrap();
        pillow("make", folder.path());
        let mut files: Vec<_> = folder.path().read_dir().unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        assert!(files.len() > 12, "{files:?}");
        let mut count = 0;
        // Nine to a report.
        for files in files.chunks(9) {
            let sent = Sent::new(place.clone()).await;
            for (at, file) in files.iter().enumerate() {
                let ending = file.extension().unwrap().to_str().unwrap();
                let media = format!("image/{}", ending.replace("jpg", "jpeg"));
                let kept = sent.add(&media, std::fs::read(file).unwrap()).await;
                assert_eq!(kept.status, 201, "{}: {}", file.display(), kept.text());
                assert_eq!(kept.json()["number"], at + 1);
                for (path, ending) in [("", "kept"), ("/thumbnail", "thumbnail")] {
                    let picture = sent.get(&format!("/{}{path}", at + 1)).await;
                    assert_eq!((picture.status.as_u16(), picture.header("content-type")), (200, "image/jpeg"));
                    let name =
                        file.with_file_name(format!("{}.{ending}.jpg", file.file_name().unwrap().to_str().unwrap()));
                    std::fs::write(name, &picture.body).unwrap();
                }
                count += 1;
            }
        }
        assert_eq!(pillow("judge", folder.path()), count.to_string());
    });
}

#[test]
fn those_who_may_read_the_report_see_its_photos() {
    let place = somewhere();
    run(async {
        let sent = Sent::new(place).await;
        let desk = &sent.desk;
        let kept = sent.add("image/png", png(1)).await;
        assert_eq!((kept.status.as_u16(), kept.header("location")), (201, &*format!("{}/1", sent.photos)));
        let photo = kept.json();
        assert_eq!((&photo["number"], &photo["by_sender"], &photo["width"]), (&json!(1), &json!(true), &json!(1)));
        assert_eq!(photo["thumbnail"], format!("{}/1/thumbnail", sent.photos));
        // Sent again, for the answer did not arrive: it is the same photo.
        let again = sent.add("image/png", png(1)).await;
        assert_eq!((again.status.as_u16(), &again.json()), (200, &photo));

        let leader = desk.key(KeyRole::Leader, Some(&sent.code)).await;
        let elsewhere = desk.key(KeyRole::Leader, Some("340881106219")).await;
        let system = desk.key(KeyRole::Reporter, None).await;
        let one = format!("{}/1", sent.photos);
        let small = format!("{one}/thumbnail");
        for uri in [&sent.photos, &one, &small] {
            assert_eq!(desk.get(uri, &leader).await.status, 200);
            assert_eq!(desk.get(uri, "").await.problem(401), "unauthenticated");
            assert_eq!(desk.get(&format!("{uri}?token=x"), "").await.problem(401), "unauthenticated");
            for key in [&elsewhere, &system] {
                assert_eq!(desk.get(uri, key).await.problem(404), "no-such-report");
            }
        }
        // Whoever answers for the place shows what was done.
        let add = async |key: &str, bytes: Vec<u8>| {
            let headers = [("content-type", "image/png"), ("authorization", key)];
            ask(&desk.office.service, Method::POST, &sent.photos, &headers, bytes).await
        };
        assert_eq!(add(&leader, png(2)).await.json()["by_sender"], false);
        assert_eq!(add(&elsewhere, png(3)).await.problem(404), "no-such-report");
        let all = sent.get("").await.json();
        let numbers: Vec<&Value> = all["photos"].as_array().unwrap().iter().map(|photo| &photo["number"]).collect();
        assert_eq!(numbers, [1, 2]);

        let picture = sent.get("/1").await;
        assert_eq!(picture.header("cache-control"), "private, no-cache");
        let known = [("if-none-match", picture.header("etag")), ("authorization", &*leader)];
        assert_eq!(ask(&desk.office.service, Method::GET, &one, &known, Body::empty()).await.status, 304);
        for none in ["/3", "/0", "/x", "/99999999999999999999", "/3/thumbnail"] {
            assert_eq!(sent.get(none).await.problem(404), "no-such-photo");
        }
        // After those of the two editions and of the report.
        let events = desk.office.store.events(2 + 1, 10).await.unwrap();
        let kinds: Vec<&str> = events.iter().map(|event| event.kind.as_str()).collect();
        assert_eq!(kinds, ["report.photo", "report.photo"]);
        assert_eq!(sent.desk.get(&sent.photos.replace("/photos", ""), &leader).await.json()["version"], 1);
    });
}

#[test]
fn a_form_does_as_well() {
    let place = somewhere();
    run(async {
        let sent = Sent::new(place).await;
        let form = |name: &str| {
            let head = format!(
                "--x\r\ncontent-disposition: form-data; name=\"note\"\r\n\r\nhello\r\n--x\r\ncontent-disposition: form-data; name=\"{name}\"; filename=\"a.png\"\r\ncontent-type: image/png\r\n\r\n"
            );
            [head.as_bytes(), &png(9), b"\r\n--x--\r\n"].concat()
        };
        let media = "multipart/form-data; boundary=x";
        assert_eq!(sent.add(media, form("photo")).await.status, 201);
        assert_eq!(sent.add(media, form("file")).await.problem(400), "bad-parameter");
        assert_eq!(sent.add(media, "no form").await.problem(400), "bad-request");
        assert_eq!(sent.add("multipart/form-data", form("photo")).await.problem(400), "bad-request");
    });
}

#[test]
fn what_is_too_much_or_no_photo_is_refused_with_advice() {
    let place = somewhere();
    run(async {
        let sent = Sent::new(place).await;
        let heic = sent.add("image/heic", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic".to_vec()).await;
        assert_eq!(heic.problem(415), "unsupported-media-type");
        assert!(heic.json()["detail"].as_str().unwrap().contains("JPEG"), "{}", heic.text());
        // What it says it is does not count.
        assert_eq!(sent.add("image/jpeg", "<svg/>").await.problem(415), "unsupported-media-type");
        assert_eq!(sent.add("image/jpeg", Body::empty()).await.problem(415), "unsupported-media-type");
        assert_eq!(sent.add("text/plain", png(5)).await.status, 201);
        let mut broken = png(6);
        broken.truncate(40);
        assert_eq!(sent.add("image/png", broken).await.problem(422), "unreadable-photo");
        let bomb = png_that_says(30_000, 7);
        assert_eq!(sent.add("image/png", bomb).await.problem(413), "payload-too-large");
        assert_eq!(sent.add("image/png", vec![0; MAX_BYTES + (1 << 20)]).await.problem(413), "payload-too-large");
        for grey in 10..18 {
            assert_eq!(sent.add("image/png", png(grey)).await.status, 201);
        }
        assert_eq!(sent.add("image/png", png(20)).await.problem(409), "too-many-photos");
        assert_eq!(sent.add("image/png", png(10)).await.status, 200, "what is there already is no further one");
    });
}

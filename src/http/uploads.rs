//! Files on their way in: kept in a folder of their own, bounded in size, number and time, and gone when the work is
//! done, whether or not it went well.

mod folder;

use std::path::PathBuf;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, Multipart, Request};
use axum::http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use futures_util::StreamExt;
use tokio::io::AsyncWriteExt;
use tokio::time::{Instant, timeout};

use self::folder::UploadFolder;
pub(crate) use self::folder::UploadFolders;
use super::problem::{FieldError, Kind, Problem};
use super::state::Settings;
use crate::assign::bulk::shortened;

/// Bytes of a field that is no file.
const MAX_FIELD_BYTES: usize = 4_000;
/// Fields of a form, files among them: far more than there are options.
const MAX_PARTS: usize = 64;
/// Bytes before a part begins: its headers, and what stands before the first boundary.
const MAX_PART_HEAD_BYTES: u64 = 1 << 20;
/// Bytes of a file's name; file systems take 255.
const MAX_NAME_BYTES: usize = 200;
/// What a file without a name is called.
const UNNAMED: &str = "upload";

/// A file that came, under the name that people call it by.
#[derive(Debug)]
pub(crate) struct UploadedFile {
    pub name: String,
    pub path: PathBuf,
    pub bytes: u64,
}

/// What came. The files are gone when it is dropped.
#[derive(Debug)]
pub(crate) struct Upload {
    pub files: Vec<UploadedFile>,
    /// Names and texts of the other fields, in the order they came.
    pub fields: Vec<(String, String)>,
    folder: UploadFolder,
}

impl Upload {
    /// Takes in a request's body: the parts of a form, or a file as it is.
    pub(crate) async fn receive(
        request: Request,
        folders: &UploadFolders,
        settings: &Settings,
        unnamed: Option<&str>,
    ) -> Result<Upload, Problem> {
        if request.headers().get(CONTENT_ENCODING).is_some_and(|coding| coding != "identity") {
            let detail = "send the files as they are; a file that is gzip or zip by itself is read";
            return Err(Problem::with(Kind::UnsupportedMediaType, detail));
        }
        let folder = folders.new_folder().await.map_err(|error| not_written(&error))?;
        let upload = Upload { files: Vec::new(), fields: Vec::new(), folder };
        let until = Instant::now() + settings.max_upload_time;
        let intake = Intake { upload, settings, until, bytes: 0 };
        let media = request.headers().get(CONTENT_TYPE).and_then(|media| media.to_str().ok()).unwrap_or_default();
        let is_form = media.trim_start().to_ascii_lowercase().starts_with("multipart/form-data");
        if is_form { intake.form(request).await } else { intake.file(request.into_body(), unnamed).await }
    }
}

/// An upload that is coming in, and how much of it.
struct Intake<'a> {
    upload: Upload,
    settings: &'a Settings,
    until: Instant,
    bytes: u64,
}

impl Intake<'_> {
    async fn file(mut self, body: Body, name: Option<&str>) -> Result<Upload, Problem> {
        let name = base_name(name.unwrap_or(UNNAMED));
        let mut open = self.create(&name).await?;
        let mut pieces = body.into_data_stream();
        while let Some(piece) = self.in_time(pieces.next()).await? {
            let piece = piece.map_err(|error| Problem::with(Kind::BadRequest, broken(&error)))?;
            self.write(&mut open, &piece).await?;
        }
        self.keep(open).await?;
        Ok(self.upload)
    }

    async fn form(mut self, request: Request) -> Result<Upload, Problem> {
        let head = HeadBound::default();
        let request = request.map(|body| head.bound(body));
        let mut form = Multipart::from_request(request, &()).await.map_err(|refused| {
            Problem::with(Kind::BadRequest, format!("this is no multipart/form-data: {}", refused.body_text()))
        })?;
        let mut parts = 0;
        loop {
            head.begin();
            let part = self.in_time(form.next_field()).await?;
            let Some(mut part) = part.map_err(|error| not_a_form(&error))? else { break };
            head.end();
            parts += 1;
            if parts > MAX_PARTS {
                return Err(Problem::parameter("?", format!("there are more than {MAX_PARTS} fields")));
            }
            let field = part.name().unwrap_or_default().to_owned();
            if field == "file" {
                let name = base_name(part.file_name().unwrap_or(UNNAMED));
                let mut open = self.create(&name).await?;
                while let Some(piece) = self.in_time(part.chunk()).await?.map_err(|error| not_a_form(&error))? {
                    self.write(&mut open, &piece).await?;
                }
                self.keep(open).await?;
            } else {
                let mut bytes = Vec::new();
                while let Some(piece) = self.in_time(part.chunk()).await?.map_err(|error| not_a_form(&error))? {
                    bytes.extend_from_slice(&piece);
                    if bytes.len() > MAX_FIELD_BYTES {
                        let message = format!("is longer than {MAX_FIELD_BYTES} bytes");
                        return Err(Problem::parameter(&shortened(&field), message));
                    }
                }
                let text =
                    String::from_utf8(bytes).map_err(|_| Problem::parameter(&shortened(&field), "is not UTF-8"))?;
                self.upload.fields.push((field, text));
            }
        }
        Ok(self.upload)
    }

    async fn create(&mut self, name: &str) -> Result<Open, Problem> {
        let max_files = self.settings.max_upload_files;
        if self.upload.files.len() == max_files {
            return Err(Problem::parameter("file", format!("there are more than {max_files} files")));
        }
        if self.upload.files.iter().any(|file| file.name.eq_ignore_ascii_case(name)) {
            return Err(Problem::parameter("file", format!("two files are called `{}`", shortened(name))));
        }
        let path = self.upload.folder.path().join(name);
        let file = tokio::fs::File::create_new(&path).await.map_err(|error| not_written(&error))?;
        Ok(Open { file, known: UploadedFile { name: name.to_owned(), path, bytes: 0 } })
    }

    async fn write(&mut self, open: &mut Open, piece: &Bytes) -> Result<(), Problem> {
        let max_bytes = self.settings.max_upload_bytes;
        self.bytes += piece.len() as u64;
        if self.bytes > max_bytes {
            let detail = format!("at most {max_bytes} bytes are taken in one upload; `serve --max-upload-mib` sets it");
            return Err(Problem::with(Kind::PayloadTooLarge, detail));
        }
        open.known.bytes += piece.len() as u64;
        open.file.write_all(piece).await.map_err(|error| not_written(&error))
    }

    async fn keep(&mut self, mut open: Open) -> Result<(), Problem> {
        open.file.flush().await.map_err(|error| not_written(&error))?;
        self.upload.files.push(open.known);
        Ok(())
    }

    /// Gives up when nothing comes for too long, or all of it takes too long.
    async fn in_time<T>(&self, next: impl Future<Output = T>) -> Result<T, Problem> {
        let left = self.until.saturating_duration_since(Instant::now());
        let idle = self.settings.batch_idle_timeout;
        timeout(left.min(idle), next).await.map_err(|_| {
            let said = |limit: Duration| limit.as_secs_f32();
            Problem::with(
                Kind::BodyTimeout,
                if left < idle {
                    format!("an upload has to be here after {} s", said(self.settings.max_upload_time))
                } else {
                    format!("nothing came for {} s", said(idle))
                },
            )
        })
    }
}

/// A file that is being written.
struct Open {
    file: tokio::fs::File,
    known: UploadedFile,
}

/// Bounds what a form may send between its parts, which is held in memory.
#[derive(Clone, Debug, Default)]
struct HeadBound(std::sync::Arc<std::sync::atomic::AtomicU64>);

impl HeadBound {
    /// Bytes that may still come before the next part; no bound inside a part.
    const NONE: u64 = u64::MAX;

    fn begin(&self) {
        self.0.store(MAX_PART_HEAD_BYTES, std::sync::atomic::Ordering::Relaxed);
    }

    fn end(&self) {
        self.0.store(Self::NONE, std::sync::atomic::Ordering::Relaxed);
    }

    fn bound(&self, body: Body) -> Body {
        let left = self.0.clone();
        Body::from_stream(body.into_data_stream().map(move |piece| {
            let piece = piece.map_err(std::io::Error::other)?;
            let before = left.load(std::sync::atomic::Ordering::Relaxed);
            if before == Self::NONE {
                return Ok(piece);
            }
            match before.checked_sub(piece.len() as u64) {
                Some(rest) => left.store(rest, std::sync::atomic::Ordering::Relaxed),
                None => return Err(std::io::Error::other("the head of a part is too long")),
            }
            Ok(piece)
        }))
    }
}

/// What a client calls a file, without the folders it has it in and without what file systems do not take.
fn base_name(name: &str) -> String {
    let base = name.rsplit(['/', '\\']).next().unwrap_or_default().trim();
    let mut kept: String = base.chars().filter(|c| !c.is_control()).collect();
    // The end of a name says what kind of file it is.
    kept.drain(..kept.ceil_char_boundary(kept.len().saturating_sub(MAX_NAME_BYTES)));
    if kept.trim_matches('.').is_empty() { UNNAMED.into() } else { kept }
}

fn broken(error: &impl std::fmt::Display) -> String {
    format!("the data broke off: {error}")
}

fn not_a_form(error: &axum::extract::multipart::MultipartError) -> Problem {
    let detail = format!("the form cannot be read: {}; send it whole, as `curl -F file=@FILE` does", error.body_text());
    Problem::with(Kind::BadRequest, detail)
}

/// The file's place is nobody's business, so that only the log has it.
fn not_written(error: &std::io::Error) -> Problem {
    match error.kind() {
        std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => {
            tracing::error!(%error, "there is no room for uploads");
            let detail = "there is no room for uploads on the server; nothing was kept";
            Problem::with(Kind::DiskFull, detail)
        }
        _ => Problem::internal(format!("an upload could not be written: {error}")),
    }
}

/// The options of an upload as OpenAPI and errors call them, given as fields of a form or as parameters.
#[derive(Debug)]
pub(crate) struct Options {
    given: Vec<(String, String)>,
    errors: Vec<FieldError>,
}

impl Options {
    pub(crate) fn new(parameters: Vec<(String, String)>, fields: Vec<(String, String)>) -> Options {
        Options { given: parameters.into_iter().chain(fields).collect(), errors: Vec::new() }
    }

    /// The text of an option; one that is empty counts as not given, for forms send all their fields.
    pub(crate) fn text(&mut self, name: &str) -> Option<String> {
        let mut values: Vec<String> =
            self.given.extract_if(.., |(given, _)| given == name).map(|(_, value)| value).collect();
        if values.len() > 1 {
            self.wrong(name, "given more than once");
        }
        values.pop().filter(|value| !value.trim().is_empty())
    }

    pub(crate) fn parsed<T>(&mut self, name: &str, parse: impl FnOnce(&str) -> Result<T, String>) -> Option<T> {
        let text = self.text(name)?;
        parse(text.trim()).map_err(|message| self.wrong(name, message)).ok()
    }

    pub(crate) fn wrong(&mut self, field: &str, message: impl Into<String>) {
        self.errors.push(FieldError { field: shortened(field), message: message.into() });
    }

    /// Refuses what nobody asked for, and everything that was wrong.
    pub(crate) fn finish(mut self) -> Result<(), Problem> {
        for (name, _) in std::mem::take(&mut self.given) {
            self.wrong(&name, "is not an option of an upload");
        }
        if self.errors.is_empty() { Ok(()) } else { Err(Problem::parameters(self.errors)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_cannot_leave_the_folder() {
        for (name, kept) in [
            ("town.geojson", "town.geojson"),
            ("C:\\data\\网格.shp", "网格.shp"),
            ("../../etc/passwd", "passwd"),
            ("a/..", UNNAMED),
            ("..", UNNAMED),
            ("", UNNAMED),
            ("a\0b\n.shp", "ab.shp"),
        ] {
            assert_eq!(base_name(name), kept, "{name}");
        }
        let long = base_name(&format!("{}.geojson", "网".repeat(300)));
        assert!(long.len() <= MAX_NAME_BYTES && long.ends_with("网.geojson"));
        // As long as the head of a part may be: shortened character by character, it would take a minute.
        let begun = std::time::Instant::now();
        assert!(base_name(&"网".repeat(350_000)).len() <= MAX_NAME_BYTES);
        assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
    }
}

//! `POST /v1/editions`: files to a new draft, read, checked and stored in a job.

use axum::extract::{Request, State};
use axum::response::Response;
use utoipa::ToSchema;

use super::admission::Admin;
use super::editions::EditionDetail;
use super::jobs::{self, Halt, JobDetail, JobResult};
use super::params::{Asked, Given, Parameters, number, truth};
use super::problem::{Problem, ProblemDetails};
use super::publishing::tolerance;
use super::report::ReportCounts;
use super::state::{AppState, in_background};
use super::uploads::{Options, Upload, UploadedFile};
use crate::domain::edition::{EditionInfo, edition_name};
use crate::domain::job::JobKind;
use crate::import::edition::{self, Checked, Preparation};
use crate::import::progress::{Progress, Stage};
use crate::import::{Limits, OptionTexts, ReadOptions, Reading, main_files};
use crate::planar::repair::DEFAULT_TOLERANCE_M;
use crate::store::{Store, StoreError};

/// Names of the options, as fields of the form and as parameters.
const OPTIONS: [&str; 13] = [
    "edition",
    "tier",
    "code",
    "name",
    "parent",
    "parent_name",
    "crs",
    "encoding",
    "layer",
    "repair",
    "tolerance_m",
    "dissolve",
    "file",
];

/// What the files are to become.
#[derive(Debug)]
struct Wish {
    edition: Option<String>,
    preparation: Preparation,
}

/// The options that came as parameters, unread: those of the form join them.
pub(crate) struct UploadParameters(Vec<(String, String)>);

impl Parameters for UploadParameters {
    fn read(given: &mut Given) -> Option<UploadParameters> {
        let texts = OPTIONS.into_iter().filter_map(|name| Some((name.to_owned(), given.text(name)?)));
        Some(UploadParameters(texts.collect()))
    }
}

/// The form, as OpenAPI describes it.
#[derive(ToSchema)]
#[expect(dead_code, reason = "read by the OpenAPI generator only")]
pub(crate) struct UploadForm {
    /// One or more files: GeoJSON, a shapefile (zipped, or its files one by one), and the other formats that `gridward
    /// import` reads.
    #[schema(value_type = Vec<String>, format = Binary, min_items = 1)]
    file: Vec<Vec<u8>>,
    /// What the draft is called; the day without it.
    #[schema(nullable = false, max_length = 100, example = "2026-01")]
    edition: Option<String>,
    /// The tier of every feature (1, 2 or 3), or the field that holds it; with several files one for each, by commas.
    #[schema(nullable = false)]
    tier: Option<String>,
    /// The field that holds the code.
    #[schema(nullable = false)]
    code: Option<String>,
    /// The field that holds the name.
    #[schema(nullable = false)]
    name: Option<String>,
    /// The field that holds the parent's code.
    #[schema(nullable = false)]
    parent: Option<String>,
    /// The coordinate system, such as `gcj02` or `EPSG:4527`; as the file says without it.
    #[schema(nullable = false)]
    crs: Option<String>,
    /// The encoding of the texts in a shapefile, such as `gbk`; as the file says, or found out, without it.
    #[schema(nullable = false)]
    encoding: Option<String>,
    /// The layer of a file that has several.
    #[schema(nullable = false)]
    layer: Option<String>,
    /// Whether to mend what has one right answer.
    #[schema(nullable = false)]
    repair: Option<bool>,
    /// How far borders may miss each other, and points may move, in metres; with `repair`.
    #[schema(minimum = 0, maximum = 100, nullable = false)]
    tolerance_m: Option<f64>,
    /// Whether to make upper tiers that are in no file of the grids below them, by the parents that these name or by the
    /// beginnings of their codes.
    #[schema(nullable = false)]
    dissolve: Option<bool>,
    /// The field that holds the parent's name, for the grids that `dissolve` makes; they are called by their codes without it.
    #[schema(nullable = false)]
    parent_name: Option<String>,
}

/// Bring files in as a new draft
///
/// The files come as a form, or one file as the body. They are taken in at once; reading, checking and storing them is
/// a job. A job whose files cannot be read fails with every fault named; nothing is stored then.
#[utoipa::path(
    post, path = "/v1/editions", tag = "editions", operation_id = "importEdition", security(("key" = [])),
    request_body(content(
        (UploadForm = "multipart/form-data"), (Vec<u8> = "application/octet-stream"), (Vec<u8> = "application/geo+json")
    )),
    responses(
        (status = 202, description = "The job that reads them", body = JobDetail,
            headers(("location" = String, description = "Where the job is"))),
        (status = 400, description = "An option is wrong, or the form cannot be read", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 401, description = "No key, or one that does not hold", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 403, description = "The key may not do this", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 408, description = "The data stopped coming", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 409, description = "There is an edition of that name", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 413, description = "The files are too large", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 415, description = "The body is compressed as a whole", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 503, description = "The store cannot be reached, or too much is going on", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 507, description = "The disk is full", body = ProblemDetails, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn import(
    State(state): State<AppState>,
    Admin(caller): Admin,
    Asked(UploadParameters(mut parameters)): Asked<UploadParameters>,
    request: Request,
) -> Result<Response, Problem> {
    // Before anything is taken in: whoever has to wait may as well keep the files.
    let place = jobs::place(&state)?;
    let called = parameters.extract_if(.., |(name, _)| name == "file").next().map(|(_, name)| name);
    let mut upload = Upload::receive(request, &state.uploads, &state.settings, called.as_deref()).await?;
    let files = to_be_read(&upload.files);
    if files.is_empty() {
        return Err(Problem::parameter("file", "is missing; send at least one file with something in it"));
    }
    let (wish, dealt) = wish(Options::new(parameters, std::mem::take(&mut upload.fields)), files.len())?;
    if let Some(name) = &wish.edition {
        match state.live.store().edition(name).await {
            Err(StoreError::NoSuchEdition(_)) => {}
            Ok(_) => return Err(StoreError::NameTaken(name.clone()).into()),
            Err(error) => return Err(error.into()),
        }
    }
    let source = upload.files.iter().map(|file| file.name.as_str()).collect::<Vec<_>>().join(", ");
    tracing::info!(caller = caller.id, files = upload.files.len(), "an upload was taken in");
    let (store, named) = (state.store_for(&caller), wish.edition.clone());
    jobs::start(&state, place, JobKind::Import, named, async move |progress| {
        let Wish { edition, preparation } = wish;
        let working = progress.clone();
        let reading = in_background(move || read(&upload, &files, dealt, working)).await?;
        progress.go_on()?;
        if reading.fault_count > 0 {
            return Err(Problem::unreadable(&reading.faults, reading.fault_count).into());
        }
        progress.begin(Stage::Checking, 0);
        let reference = edition::grids_in_force(&*store, None).await?;
        let checked = edition::check_until(reading, preparation, &[], reference, progress.stop_flag()).await?;
        keep(&*store, edition, source, checked, &progress).await
    })
    .await
}

/// Reads the options of an upload.
fn wish(mut options: Options, files: usize) -> Result<(Wish, Vec<ReadOptions>), Problem> {
    let edition = options.parsed("edition", edition_name);
    let repair = options.parsed("repair", truth).unwrap_or(false);
    let tolerance_m = options.parsed("tolerance_m", |text| tolerance(number(text)?));
    if tolerance_m.is_some() && !repair {
        options.wrong("tolerance_m", "means nothing without `repair`");
    }
    let dissolve = options.parsed("dissolve", truth).unwrap_or(false);
    let parent_name = options.text("parent_name");
    if parent_name.is_some() && !dissolve {
        options.wrong("parent_name", "means nothing without `dissolve`");
    }
    let texts = OptionTexts {
        tier: options.text("tier"),
        code: options.text("code"),
        name: options.text("name"),
        parent: options.text("parent"),
        parent_name,
        crs: options.text("crs"),
        encoding: options.text("encoding"),
        layer: options.text("layer"),
    };
    let dealt = texts.deal(files, Limits::default());
    if let Err(wrong) = &dealt {
        options.wrong(wrong.option, wrong.message.clone());
    }
    options.finish()?;
    let dealt = dealt.map_err(|wrong| Problem::parameter(wrong.option, wrong.message))?;
    let repair_m = repair.then_some(tolerance_m.unwrap_or(DEFAULT_TOLERANCE_M));
    Ok((Wish { edition, preparation: Preparation { repair_m, dissolve } }, dealt))
}

/// Positions of the files that are read by themselves; the others belong to a shapefile that came too.
fn to_be_read(files: &[UploadedFile]) -> Vec<usize> {
    let names: Vec<&str> = files.iter().map(|file| file.name.as_str()).collect();
    main_files(&names).into_iter().filter(|&at| files[at].bytes > 0).collect()
}

/// Reads the files, each by its own options.
fn read(upload: &Upload, files: &[usize], dealt: Vec<ReadOptions>, progress: Progress) -> Reading {
    let files: Vec<&UploadedFile> = files.iter().map(|&at| &upload.files[at]).collect();
    progress.begin(Stage::Reading, files.iter().map(|file| file.bytes).sum());
    let mut reading = Reading::default();
    for (file, options) in files.iter().zip(dealt) {
        if files.len() == 1 {
            reading = Reading::new(options);
        } else {
            reading.begin_file(&file.name, options);
        }
        reading.progress = progress.clone();
        reading.read_path(&file.name, &file.path, &progress);
        if progress.is_stopped() {
            break;
        }
    }
    reading
}

/// Keeps what was checked as a draft, unless the work was ended meanwhile.
pub(super) async fn keep(
    store: &dyn Store,
    name: Option<String>,
    source: String,
    mut checked: Checked,
    progress: &Progress,
) -> Result<JobResult, Halt> {
    progress.go_on()?;
    progress.begin(Stage::Storing, 1);
    let draft = edition::save_draft(store, name, source, &mut checked).await?;
    if progress.is_stopped() {
        store.discard_draft(draft.id).await?;
        return Err(Halt::Stopped);
    }
    let counts = ReportCounts::of(&checked.built.report);
    let (edition, notes) = (detail(store, draft).await?, checked.built.report.notes);
    Ok(JobResult { edition, counts, publishable: Some(checked.built.publishable), notes })
}

/// An edition as it stands now.
pub(super) async fn detail(store: &dyn Store, info: EditionInfo) -> Result<EditionDetail, Problem> {
    let publications = store.publications().await?;
    Ok(EditionDetail::new(info, &publications, time::OffsetDateTime::now_utc()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(names: &[&str]) -> Vec<UploadedFile> {
        let file = |name: &&str| UploadedFile { name: (*name).to_owned(), path: name.into(), bytes: 1 };
        names.iter().map(file).collect()
    }

    #[test]
    fn the_files_of_a_shapefile_are_read_with_it() {
        let read = |names: &[&str]| to_be_read(&files(names));
        assert_eq!(read(&["town.shp", "town.dbf", "TOWN.PRJ", "town.cpg"]), [0]);
        assert_eq!(read(&["town.shp", "town.shp.xml", "Town.qpj", "town.xml"]), [0, 3]);
        assert_eq!(read(&["a.dbf", "b.shp", "c.geojson", "b.DBF"]), [0, 1, 2]);
        assert_eq!(read(&[]), [] as [usize; 0]);
    }
}

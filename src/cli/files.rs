//! Opens and reads the files of `import` and `check`.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use clap::Args;

use super::{Context, Failure};
use crate::import::edition::Preparation;
use crate::import::progress::{Progress, Stage};
use crate::import::{Limits, OptionTexts, ReadOptions, Reading, main_files};
use crate::planar::repair::DEFAULT_TOLERANCE_M;

/// How the files are to be understood. With several files every option takes one value for all of them, or one for each,
/// separated by commas.
#[derive(Clone, Debug, Args)]
pub struct FileArgs {
    /// The tier of every feature (1, 2 or 3), or the field that holds it [default: tier, level, 级别, …]
    #[arg(long, value_name = "N|FIELD")]
    tier: Option<String>,

    /// The field that holds the code, or text with fields in it, such as 'K{KTNR}' [default: code, 编码, …]
    #[arg(long, value_name = "FIELD")]
    code: Option<String>,

    /// The field that holds the name [default: name, 名称, …]
    #[arg(long, value_name = "FIELD")]
    name: Option<String>,

    /// The field that holds the parent's code, `-` for none [default: parent, 上级, …]; a missing parent is found by containment
    #[arg(long, value_name = "FIELD")]
    parent: Option<String>,

    /// Coordinate system of the files: wgs84, cgcs2000, gcj02, bd09 or EPSG:n, such as EPSG:4527 [default: as the file says, or wgs84]
    #[arg(long, value_name = "CRS")]
    crs: Option<String>,

    /// Encoding of the texts in shapefiles, such as utf-8, gbk, big5 [default: as the file says, or UTF-8 where all of them are that, else GBK]
    #[arg(long, value_name = "ENCODING")]
    encoding: Option<String>,

    /// The layer of a file that has several, such as a GeoPackage, a TopoJSON or the folders of a KML
    /// [default: the only one, or those whose names say a tier: tier1, 二级网格]
    #[arg(long, value_name = "NAME")]
    layer: Option<String>,

    /// Mend what has one right answer, and say what was done
    #[arg(long)]
    repair: bool,

    /// How many metres a repair may move anything at most [default: 0.5]
    #[arg(long, value_name = "METRES", requires = "repair", value_parser = tolerance, allow_negative_numbers = true)]
    tolerance: Option<f64>,

    /// Make upper tiers that are in no file of the grids below them, by the parents these name or by the beginnings of their codes
    #[arg(long)]
    dissolve: bool,

    /// The field that holds the name of the parent, for --dissolve [default: its code]
    #[arg(long, value_name = "FIELD", requires = "dissolve")]
    parent_name: Option<String>,
}

/// A millimetre is less than the lattice tells apart, a kilometre more than any drawing is off.
fn tolerance(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(metres) if (0.001..=1_000.0).contains(&metres) => Ok(metres),
        _ => Err("a number of metres from 0.001 to 1000".into()),
    }
}

impl FileArgs {
    /// What is to be done before the check.
    pub(super) fn preparation(&self) -> Preparation {
        let repair_m = self.repair.then(|| self.tolerance.unwrap_or(DEFAULT_TOLERANCE_M));
        Preparation { repair_m, dissolve: self.dissolve }
    }

    fn texts(&self) -> OptionTexts {
        OptionTexts {
            tier: self.tier.clone(),
            code: self.code.clone(),
            name: self.name.clone(),
            parent: self.parent.clone(),
            parent_name: self.parent_name.clone(),
            crs: self.crs.clone(),
            encoding: self.encoding.clone(),
            layer: self.layer.clone(),
        }
    }
}

/// Reads all files, one after the other; `-` is standard input.
pub(super) fn read(files: &[String], args: &FileArgs, context: &Context) -> Result<Reading, Failure> {
    let files: Vec<&String> = main_files(files).into_iter().map(|at| &files[at]).collect();
    if files.iter().filter(|file| **file == "-").count() > 1 {
        return Err(Failure::usage("standard input (`-`) can be read only once"));
    }
    let limits = Limits::default();
    let options = args
        .texts()
        .deal(files.len(), limits)
        .map_err(|wrong| Failure::usage(format!("--{}: {}", wrong.option.replace('_', "-"), wrong.message)))?;
    let mut reading = Reading::new(ReadOptions { limits, ..ReadOptions::default() });
    for (file, options) in files.iter().copied().zip(options) {
        if files.len() == 1 {
            reading = Reading::new(options);
        } else {
            reading.begin_file(&called(file), options);
        }
        if file == "-" {
            let bar = context.progress("reading standard input", None);
            reading.read_geojson("standard input", bar.wrap_read(std::io::stdin().lock()));
            bar.finish_and_clear();
        } else {
            let size = std::fs::metadata(file).map_err(|error| Failure::refused(format!("{file}: {error}")))?.len();
            let bar = context.progress("reading", Some(size));
            let progress = Progress::default();
            progress.begin(Stage::Reading, size);
            follow(
                &progress,
                |share| bar.set_position((share * size as f64) as u64),
                || {
                    reading.read_path(&base_name(file), Path::new(file), &progress);
                },
            );
            bar.finish_and_clear();
        }
    }
    Ok(reading)
}

/// Does the work, and shows how far it is meanwhile.
fn follow(progress: &Progress, show: impl Fn(f64) + Sync, work: impl FnOnce()) {
    const EVERY: Duration = Duration::from_millis(20);
    /// Also when the work panics, for the scope waits for the watcher.
    struct EndWith<'a>(&'a AtomicBool);
    impl Drop for EndWith<'_> {
        fn drop(&mut self) {
            self.0.store(true, Ordering::Relaxed);
        }
    }
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                std::thread::sleep(EVERY);
                show(progress.seen().1);
            }
        });
        let _end = EndWith(&done);
        work();
    });
}

/// What editions say they came from.
pub(super) fn source_of(files: &[String]) -> String {
    main_files(files).into_iter().map(|at| called(&files[at])).collect::<Vec<_>>().join(", ")
}

/// What people call a file.
fn called(file: &str) -> String {
    if file == "-" { "standard input".to_string() } else { base_name(file) }
}

fn base_name(file: &str) -> String {
    Path::new(file).file_name().map_or_else(|| file.to_string(), |name| name.to_string_lossy().into_owned())
}

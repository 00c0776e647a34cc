//! `gridward export`: an edition as newline-delimited GeoJSON or as a GeoPackage of its own.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use time::OffsetDateTime;

use super::{Context, Failure, Outcome};
use crate::domain::edition::{EditionInfo, EditionState, in_force};
use crate::geometry::feature::GridFeature;
use crate::import::edition::copy_edition;
use crate::import::export::write_grid;
use crate::store;

/// Write an edition to a file
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The edition to write [default: the one in force]
    #[arg(long, value_name = "NAME")]
    edition: Option<String>,

    /// geojsonl: one feature a line, which `import` reads back exactly; gpkg: a GeoPackage
    #[arg(long, value_enum)]
    format: Format,

    /// The file to write; `-` is standard output (geojsonl only)
    #[arg(short, long, value_name = "FILE|-")]
    output: PathBuf,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    Geojsonl,
    Gpkg,
}

/// A file appears under its name when it is whole, so whoever reads it never sees half of one. Rosters stay out:
/// their phones are personal.
pub async fn run(args: Args, context: &Context) -> Outcome {
    let to_stdout = args.output.as_os_str() == "-";
    if to_stdout && args.format == Format::Gpkg {
        return Err(Failure::usage("a GeoPackage is a database and needs a file: -o FILE.gpkg"));
    }
    let store = context.store().await?;
    let info = match &args.edition {
        Some(name) => context.edition(&*store, name).await?,
        None => {
            let current = in_force(&store.publications().await?, OffsetDateTime::now_utc());
            let editions = store.editions().await?;
            let found = editions.into_iter().find(|edition| Some(edition.id) == current);
            found.ok_or_else(|| Failure::refused("no edition is in force; name one with --edition"))?
        }
    };
    if info.state == EditionState::Draft {
        let name = &info.name;
        return Err(Failure::refused(format!(
            "edition `{name}` is a draft; publish it first: gridward publish {name}"
        )));
    }
    let grids = store.grids(info.id).await?;
    store.close().await;
    if to_stdout {
        write_lines(&grids, io::stdout().lock())?;
        return Ok(());
    }
    let failed = |error: io::Error| Failure::refused(format!("{}: {error}", args.output.display()));
    let part = part_of(&args.output);
    match args.format {
        Format::Geojsonl => {
            let file = File::create(&part).map_err(failed)?;
            write_lines(&grids, &file).and_then(|()| file.sync_all()).map_err(failed)?;
        }
        Format::Gpkg => write_geopackage(&info, grids, &part).await?,
    }
    fs::rename(&part, &args.output).map_err(failed)?;
    eprintln!("{}: edition {}", args.output.display(), info.name);
    Ok(())
}

fn write_lines(grids: &[GridFeature], out: impl Write) -> io::Result<()> {
    let mut out = BufWriter::new(out);
    for grid in grids {
        write_grid(grid, &mut out)?;
    }
    out.flush()
}

/// The edition alone in an embedded store of its own.
async fn write_geopackage(info: &EditionInfo, grids: Vec<GridFeature>, path: &Path) -> Outcome {
    if path.exists() {
        fs::remove_file(path).map_err(|error| Failure::refused(format!("{}: {error}", path.display())))?;
    }
    let target = store::open(&format!("sqlite:{}", path.display())).await?;
    copy_edition(&*target, info, grids).await?;
    target.close().await;
    Ok(())
}

/// Where the file is written until it is whole: beside its place, for a rename must not cross file systems.
fn part_of(output: &Path) -> PathBuf {
    let mut name = output.file_name().unwrap_or_default().to_os_string();
    name.push(".part");
    output.with_file_name(name)
}

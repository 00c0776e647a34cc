//! `gridward export`: an edition as newline-delimited GeoJSON or as a GeoPackage of its own.

use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use clap::ValueEnum;

use super::whole_file::WholeFile;
use super::{Context, Failure, Outcome};
use crate::domain::edition::{EditionInfo, EditionState};
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
    let info = context.edition_or_in_force(&*store, args.edition.as_deref()).await?;
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
    let mut file = WholeFile::create(&args.output)?;
    match args.format {
        Format::Geojsonl => write_lines(&grids, &mut file)?,
        Format::Gpkg => write_geopackage(&info, grids, file.unfinished()).await?,
    }
    file.keep()?;
    eprintln!("{}: edition {}", args.output.display(), info.name);
    Ok(())
}

fn write_lines(grids: &[GridFeature], out: impl Write) -> io::Result<()> {
    let mut out = BufWriter::new(out);
    for grid in grids {
        write_grid(grid, None, &mut out)?;
    }
    out.flush()
}

/// The edition alone in an embedded store of its own, which begins as the empty file that is there.
async fn write_geopackage(info: &EditionInfo, grids: Vec<GridFeature>, path: &Path) -> Outcome {
    let target = store::open(&format!("sqlite:{}", path.display())).await?;
    copy_edition(&*target, info, grids).await?;
    target.close().await;
    Ok(())
}

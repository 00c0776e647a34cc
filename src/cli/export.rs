//! `gridward export`: an edition as a file for others.

use std::fs::OpenOptions;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::ValueEnum;
use time::OffsetDateTime;

use super::publish::time_argument;
use super::whole_file::WholeFile;
use super::{Context, Failure, Outcome};
use crate::domain::edition::{EditionInfo, EditionState, in_force};
use crate::export::{self, ExportError, pyramid, table};
use crate::geometry::feature::GridFeature;
use crate::import::edition::copy_edition;
use crate::import::export::write_grid;
use crate::index::edition_map::EditionMap;
use crate::index::roster::Roster;
use crate::index::snapshot::Snapshot;
use crate::planar::map::PlanarMap;
use crate::store::{self, Store};
use crate::tiles::tile_set::TileSet;

/// Write an edition to a file
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The edition to write [default: the one in force]
    #[arg(long, value_name = "NAME")]
    edition: Option<String>,

    /// The edition in force at that time, and who served then, such as 2026-01-31T08:00:00+08:00 [default: now]
    #[arg(long, value_name = "TIME", value_parser = time_argument)]
    at: Option<OffsetDateTime>,

    /// What to write
    #[arg(long, value_enum)]
    format: Format,

    /// The file to write; `-` is standard output (geojsonl, csv and fgb only)
    #[arg(short, long, value_name = "FILE|-")]
    output: PathBuf,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// One GeoJSON feature a line, which `import` reads back exactly
    Geojsonl,
    /// A GeoPackage
    Gpkg,
    /// FlatGeobuf with a spatial index, all tiers in one layer
    Fgb,
    /// All vector tiles in one file, for web pages without a service of ours
    Pmtiles,
    /// All vector tiles in an SQLite file
    Mbtiles,
    /// A table of the grids with who answers for them, without phones
    Csv,
}

impl Format {
    fn is_stream(self) -> bool {
        matches!(self, Format::Geojsonl | Format::Fgb | Format::Csv)
    }
}

impl From<ExportError> for Failure {
    fn from(error: ExportError) -> Failure {
        match error {
            ExportError::NotWritten(error) => Failure::from(error),
            ExportError::Store(error) => Failure::from(error),
            ExportError::Tile(error) => Failure::refused(error),
        }
    }
}

/// A file appears under its name when it is whole, so whoever reads it never sees half of one. Phones stay out: they are personal.
pub async fn run(args: Args, context: &Context) -> Outcome {
    let to_stdout = args.output.as_os_str() == "-";
    if to_stdout && !args.format.is_stream() {
        return Err(Failure::usage("this format is a database and needs a file: -o FILE"));
    }
    let at = args.at.unwrap_or_else(OffsetDateTime::now_utc);
    let store = context.store().await?;
    let info = edition(&args, context, &*store).await?;
    if info.state == EditionState::Draft {
        let name = &info.name;
        return Err(Failure::refused(format!(
            "edition `{name}` is a draft; publish it first: gridward publish {name}"
        )));
    }
    let grids = store.grids(info.id).await?;
    let roster = match args.format {
        Format::Csv => Roster::at(store.roster(at).await?, at),
        _ => Roster::default(),
    };
    store.close().await;
    let name = info.name.clone();
    let content = Content { format: args.format, info, grids, roster };
    if to_stdout {
        return content.stream(BufWriter::new(io::stdout().lock()));
    }
    let mut file = WholeFile::create(&args.output)?;
    if args.format.is_stream() {
        content.stream(BufWriter::new(&mut file))?;
    } else {
        content.fill(file.unfinished(), context).await?;
    }
    file.keep()?;
    eprintln!("{}: edition {name}", args.output.display());
    Ok(())
}

async fn edition(args: &Args, context: &Context, store: &dyn Store) -> Result<EditionInfo, Failure> {
    let (None, Some(at)) = (&args.edition, args.at) else {
        return context.edition_or_in_force(store, args.edition.as_deref()).await;
    };
    let then = in_force(&store.publications().await?, at);
    let found = store.editions().await?.into_iter().find(|edition| Some(edition.id) == then);
    found.ok_or_else(|| Failure::refused("no edition was in force at that time; `gridward editions` lists them"))
}

/// What is written.
struct Content {
    format: Format,
    info: EditionInfo,
    grids: Vec<GridFeature>,
    roster: Roster,
}

impl Content {
    /// Writes a format that goes from its beginning to its end.
    fn stream(self, mut out: impl Write) -> Outcome {
        match self.format {
            Format::Fgb => export::flatgeobuf::write(&self.info.name, &self.grids, &mut out)?,
            Format::Csv => {
                let roster = Arc::new(self.roster);
                let map = Arc::new(edition_map(self.info, self.grids)?);
                table::write(&Snapshot::new(map, roster), &mut out)?;
            }
            _ => {
                for grid in &self.grids {
                    write_grid(grid, None, &mut out)?;
                }
            }
        }
        Ok(out.flush()?)
    }

    /// Writes a format that is a database, into the empty file that is there.
    async fn fill(self, path: &Path, context: &Context) -> Outcome {
        if self.format == Format::Gpkg {
            let target = store::open(&format!("sqlite:{}", path.display())).await?;
            copy_edition(&*target, &self.info, self.grids).await?;
            target.close().await;
            return Ok(());
        }
        let set = Arc::new(TileSet::new(Arc::new(edition_map(self.info, self.grids)?)));
        let bar = context.counting("drawing tiles", pyramid::candidates(&set).count() as u64);
        let moving = bar.clone();
        let done = move |tiles: usize| moving.inc(tiles as u64);
        let count = match self.format {
            Format::Mbtiles => export::mbtiles::write(set, path, done).await?,
            _ => export::pmtiles::write(&set, OpenOptions::new().write(true).open(path)?, done)?,
        };
        bar.finish_and_clear();
        eprintln!("{count} tiles");
        Ok(())
    }
}

fn edition_map(info: EditionInfo, grids: Vec<GridFeature>) -> Result<EditionMap, Failure> {
    let planar = PlanarMap::from_partition(grids)
        .map_err(|error| Failure::refused(format!("edition `{}` is damaged in the store: {error}", info.name)))?;
    Ok(EditionMap::new(info, planar))
}

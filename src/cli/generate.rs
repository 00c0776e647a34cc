//! `gridward generate`: a synthetic partition of any size, for demos, tests and measurements.

use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use super::whole_file::WholeFile;
use super::{Context, Failure, Outcome};
use crate::import::export::write_grid;
use crate::import::generate::naming::Naming;
use crate::import::generate::staff::Staff;
use crate::import::generate::{DEFAULT_CENTER, NOTE, Partition, Plan};
use crate::import::roster;

/// Written at once.
const BUFFER_BYTES: usize = 1 << 20;

/// Write an exact synthetic partition of three tiers as newline-delimited GeoJSON
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Grids of tier 3; those of tier 1 and 2 follow in the proportions 22 : 50 : 165
    #[arg(long, value_name = "N", required_unless_present = "tiers", value_parser = count, allow_negative_numbers = true)]
    grids: Option<usize>,

    /// Grids of tier 1, 2 and 3
    #[arg(long, value_name = "A,B,N", value_delimiter = ',', num_args = 1, value_parser = count, allow_hyphen_values = true)]
    tiers: Option<Vec<usize>>,

    /// The same seed gives the same grids, on every machine
    #[arg(long, default_value_t = 1, value_parser = seed, allow_negative_numbers = true)]
    seed: u64,

    /// The middle, in degrees of WGS 84
    #[arg(long, value_name = "LON,LAT", value_delimiter = ',', num_args = 1, allow_hyphen_values = true)]
    center: Option<Vec<f64>>,

    /// Codes and names of the tier-1 grids, as CSV with the columns code and name, the middle one first
    #[arg(long, value_name = "FILE.csv")]
    names: Option<PathBuf>,

    /// Also write an invented roster of the grids there
    #[arg(long, value_name = "FILE.csv")]
    roster: Option<PathBuf>,

    /// Where to write; standard output when missing or -
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

impl Args {
    fn plan(&self) -> Result<(Plan, usize), Failure> {
        let tiers = match (&self.tiers, self.grids) {
            (None, grids) => Plan::proportions(grids.unwrap_or_default()),
            (Some(tiers), grids) => {
                let tiers: [usize; 3] =
                    tiers[..].try_into().map_err(|_| Failure::usage("--tiers takes three numbers, as in 22,50,165"))?;
                if grids.is_some_and(|grids| grids != tiers[2]) {
                    return Err(Failure::usage("--grids and the last number of --tiers differ; give one of them"));
                }
                tiers
            }
        };
        let center = match &self.center {
            None => DEFAULT_CENTER,
            Some(center) => center[..]
                .try_into()
                .map_err(|_| Failure::usage("--center takes a longitude and a latitude, as in 116.9,30.8"))?,
        };
        Ok((Plan::new(tiers, self.seed, center).map_err(Failure::usage)?, tiers[0]))
    }
}

/// Generates and writes; what is written is complete when this returns without an error.
pub fn run(args: &Args, context: &Context) -> Outcome {
    let (plan, tier1) = args.plan()?;
    let naming = match &args.names {
        None => Naming::Synthetic,
        Some(path) => {
            let bytes = std::fs::read(path).map_err(|error| in_file(path, error))?;
            Naming::read(&bytes, tier1).map_err(|error| in_file(path, error))?
        }
    };
    let bar = context.progress("generating", None);
    let partition = Partition::new(&plan).map_err(Failure::usage)?;
    match args.output.as_deref() {
        Some(path) if path != Path::new("-") => {
            let mut file = WholeFile::create(path)?;
            write_grids(&partition, &naming, bar.wrap_write(&mut file))?;
            file.keep()?;
        }
        _ => write_grids(&partition, &naming, bar.wrap_write(std::io::stdout().lock()))?,
    }
    bar.finish_and_clear();
    if let Some(path) = &args.roster {
        let mut staff = Staff::default();
        let mut entries: Vec<_> = partition.grids(&naming).map(|grid| staff.of(&grid)).collect();
        entries.push(staff.town_office());
        let mut file = WholeFile::create(path)?;
        roster::write_csv(&entries, &mut file)?;
        file.keep()?;
    }
    Ok(())
}

fn write_grids(partition: &Partition, naming: &Naming, out: impl Write) -> Outcome {
    // The bar counts full buffers, not single numbers.
    let mut out = BufWriter::with_capacity(BUFFER_BYTES, out);
    for feature in partition.features(naming) {
        write_grid(&feature, Some(NOTE), &mut out)?;
    }
    Ok(out.flush()?)
}

fn count(text: &str) -> Result<usize, String> {
    text.parse().map_err(|_| "a number of grids is whole and above 0".to_owned())
}

fn seed(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| format!("a seed is a whole number from 0 to {}", u64::MAX))
}

fn in_file(path: &Path, error: impl std::fmt::Display) -> Failure {
    Failure::refused(format!("{}: {error}", path.display()))
}

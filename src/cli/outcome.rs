//! How a command ends: done, or why not, with the exit status of each.

use std::io::{self, Write};
use std::process::ExitCode;

use crate::domain::shown::shown;
use crate::store::StoreError;

/// What a command's `run` answers.
pub type Outcome = Result<(), Failure>;

/// Why a command is not done.
#[derive(Debug)]
pub enum Failure {
    /// The data or the state forbids it; the text says what, where, and what to do. Exit status 1.
    Refused(String),
    /// The same, and everything to say about it is printed already. Exit status 1.
    Reported,
    /// The arguments cannot be used, such as two that exclude each other. Exit status 2.
    Usage(String),
    /// Whoever read our output has stopped reading, as `head` does. Nothing to complain about: exit status 0 for a command
    /// that does nothing but print; 1 for another one, for what was not said may be a refusal.
    OutputClosed,
}

impl Failure {
    pub fn refused(text: impl std::fmt::Display) -> Failure {
        Failure::Refused(text.to_string())
    }

    pub fn usage(text: impl std::fmt::Display) -> Failure {
        Failure::Usage(text.to_string())
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Failure {
        Failure::refused(error)
    }
}

/// For writing output. Errors of named files should say the name: build those with [`Failure::refused`].
impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Failure {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Failure::OutputClosed,
            _ => Failure::refused(error),
        }
    }
}

impl From<serde_json::Error> for Failure {
    fn from(error: serde_json::Error) -> Failure {
        if error.is_io() { Failure::from(io::Error::from(error)) } else { Failure::refused(error) }
    }
}

/// Prints why on standard error, where something is left to say. `only_prints`: whoever closes the output has all they wanted.
pub(super) fn exit_status(outcome: Outcome, only_prints: bool) -> ExitCode {
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure::OutputClosed) if only_prints => ExitCode::SUCCESS,
        Err(Failure::Reported | Failure::OutputClosed) => ExitCode::from(1),
        Err(Failure::Refused(text)) => {
            complain(&text);
            ExitCode::from(1)
        }
        Err(Failure::Usage(text)) => {
            complain(&format!("{text}\n\nFor more information, try '--help'."));
            ExitCode::from(2)
        }
    }
}

/// On standard error, if anybody reads it: the exit status says it too.
fn complain(text: &str) {
    let lines: Vec<_> = text.lines().map(shown).collect();
    let _ = writeln!(io::stderr(), "error: {}", lines.join("\n"));
}

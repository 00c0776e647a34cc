//! `gridward key`: keys (密钥) for writing over HTTP, made, listed and revoked.

use std::io::{self, Write};

use clap::{Args as ClapArgs, Subcommand};
use serde_json::json;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::{Context, Failure, Outcome};
use crate::domain::key::{ApiKey, KeyRole};
use crate::keys::{CreateError, Keys, ScopeError};

/// Make, list and revoke keys (密钥) of the HTTP service
#[derive(Debug, ClapArgs)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

impl Args {
    pub(super) fn only_prints(&self) -> bool {
        matches!(self.command, Command::List)
    }
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make a key and print it, this once: the store keeps only a hash of it
    Create {
        /// What its holder may do: viewer, reporter, leader, dispatcher or admin
        #[arg(long, value_name = "ROLE", value_parser = |text: &str| text.parse::<KeyRole>())]
        role: KeyRole,

        /// Whose it is, for people
        #[arg(long, value_name = "NAME", default_value = "")]
        name: String,

        /// Code of the grid, of any tier, that it acts on with what is below; a leader has one
        #[arg(long, value_name = "CODE")]
        grid: Option<String>,
    },
    /// List the keys, revoked ones too, without their secrets
    List,
    /// Revoke a key: it opens nothing any more, from the next request on
    Revoke {
        /// Its id: what stands between gw_ and the next _
        id: String,
    },
}

pub async fn run(args: Args, context: &Context) -> Outcome {
    let store = context.store().await?;
    let keys = Keys::new(store.clone());
    let outcome = match args.command {
        Command::Create { role, name, grid } => create(&keys, role, &name, grid.as_deref(), context).await,
        Command::List => list(&keys, context).await,
        Command::Revoke { id } => revoke(&keys, &id, context).await,
    };
    store.close().await;
    outcome
}

async fn create(keys: &Keys, role: KeyRole, name: &str, grid: Option<&str>, context: &Context) -> Outcome {
    let made = keys.create(role, name, grid).await.map_err(|error| match error {
        CreateError::Name => Failure::usage(format!("--name: {error}")),
        CreateError::Scope(ScopeError::NoSuchGrid(_)) => {
            Failure::refused(format!("--grid: {error}; import and publish it first"))
        }
        CreateError::Scope(ScopeError::GridMissing | ScopeError::GridUnwanted(_)) => {
            Failure::usage(format!("--grid: {error}"))
        }
        other => Failure::refused(other),
    })?;
    if context.json {
        let mut all = row(&made.key);
        all["key"] = json!(made.text);
        return context.print_json(&all);
    }
    // On standard output alone, so that `KEY=$(gridward key create --role admin)` takes it.
    writeln!(io::stdout().lock(), "{}", made.text)?;
    eprintln!("This is shown once. `gridward key revoke {}` makes it worthless.", made.key.id);
    Ok(())
}

async fn list(keys: &Keys, context: &Context) -> Outcome {
    let all = keys.list().await?;
    if context.json {
        return context.print_json(&all.iter().map(row).collect::<Vec<_>>());
    }
    let mut out = io::stdout().lock();
    if all.is_empty() {
        writeln!(out, "there are no keys yet; `gridward key create --role admin` makes one")?;
    }
    for key in all {
        let state = match key.revoked_at {
            Some(at) => format!("revoked {}", moment(at)),
            None => format!("since {}", moment(key.created_at)),
        };
        let grid = key.grid.as_deref().map(|code| format!("  grid {code}")).unwrap_or_default();
        writeln!(out, "{}  {}{grid}  {state}  {}", key.id, key.role.as_str(), key.name)?;
    }
    Ok(())
}

async fn revoke(keys: &Keys, id: &str, context: &Context) -> Outcome {
    // Whoever has only the whole key at hand may give it.
    let id = id.strip_prefix("gw_").map_or(id, |rest| rest.split('_').next().unwrap_or(rest));
    let Some(key) = keys.revoke(id).await? else {
        return Err(Failure::refused("there is no key of that id; `gridward key list` lists them"));
    };
    if context.json {
        return context.print_json(&row(&key));
    }
    writeln!(io::stdout().lock(), "{} is revoked", key.id)?;
    Ok(())
}

fn row(key: &ApiKey) -> serde_json::Value {
    json!({
        "id": key.id,
        "name": key.name,
        "role": key.role,
        "grid": key.grid,
        "created_at": moment(key.created_at),
        "revoked_at": key.revoked_at.map(moment),
    })
}

/// To the second, as RFC 3339 has it.
pub(super) fn moment(at: OffsetDateTime) -> String {
    at.replace_nanosecond(0).expect("0 is a nanosecond").format(&Rfc3339).expect("the year has four digits")
}

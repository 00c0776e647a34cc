//! `gridward account`: people who sign in, made, listed, disabled, and given other passwords.

use std::io::{self, Read, Write};

use clap::{Args as ClapArgs, Subcommand};
use serde_json::json;

use super::key::moment;
use super::{Context, Failure, Outcome};
use crate::domain::account::Account;
use crate::domain::key::KeyRole;
use crate::keys::{AccountError, Accounts, NewAccount, ScopeError};
use crate::store::StoreError;

/// A line is at most so long; no password is.
const MAX_LINE_BYTES: u64 = 4_096;

/// Make, list and disable accounts (账号) of people who sign in
#[derive(Debug, ClapArgs)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make an account, with a password that is made and printed, this once
    Create {
        /// What the person types to sign in
        sign_in: String,

        /// The person's name
        #[arg(long, value_name = "NAME")]
        name: String,

        /// What the person may do: viewer, reporter, leader, dispatcher or admin
        #[arg(long, value_name = "ROLE", value_parser = |text: &str| text.parse::<KeyRole>())]
        role: KeyRole,

        /// Code of the grid, of any tier, that the person acts on with what is below; a leader has one
        #[arg(long, value_name = "CODE")]
        grid: Option<String>,

        /// Read the password from standard input instead
        #[arg(long)]
        password_stdin: bool,
    },
    /// List the accounts, disabled ones too
    List,
    /// Disable an account: its sessions end, and nobody signs in by it any more
    Disable {
        /// Its id or sign-in name
        account: String,
    },
    /// Set another password, which is made and printed, this once; the account's sessions end
    Password {
        /// Its id or sign-in name
        account: String,

        /// Read the password from standard input instead
        #[arg(long)]
        password_stdin: bool,
    },
}

pub async fn run(args: Args, context: &Context) -> Outcome {
    let store = context.store().await?;
    let accounts = Accounts::new(store.clone());
    let outcome = match args.command {
        Command::Create { sign_in, name, role, grid, password_stdin } => {
            let password = given(password_stdin)?;
            let made = accounts.create(&sign_in, &name, role, grid.as_deref(), password.as_deref()).await;
            made.map_err(refused).and_then(|made| show(&made, context))
        }
        Command::List => list(&accounts, context).await,
        Command::Disable { account } => disable(&accounts, &account, context).await,
        Command::Password { account, password_stdin } => {
            let password = given(password_stdin)?;
            match accounts.set_password(&account, password.as_deref()).await {
                Ok(set) => set.ok_or_else(|| unknown(&account)).and_then(|set| show(&set, context)),
                Err(error) => Err(refused(error)),
            }
        }
    };
    store.close().await;
    outcome
}

/// The first line of standard input. Not an argument: other users see those, and shells keep them.
fn given(from_stdin: bool) -> Result<Option<String>, Failure> {
    if !from_stdin {
        return Ok(None);
    }
    let mut text = String::new();
    io::stdin().lock().take(MAX_LINE_BYTES).read_to_string(&mut text)?;
    Ok(Some(text.lines().next().unwrap_or_default().to_owned()))
}

fn show(made: &NewAccount, context: &Context) -> Outcome {
    if context.json {
        let mut all = row(&made.account);
        if let Some(password) = &made.password {
            all["password"] = json!(password);
        }
        return context.print_json(&all);
    }
    match &made.password {
        // On standard output alone, so that `PASSWORD=$(gridward account create …)` takes it.
        Some(password) => {
            writeln!(io::stdout().lock(), "{password}")?;
            eprintln!("This is the password of {}, shown once.", made.account.sign_in);
        }
        None => writeln!(io::stdout().lock(), "{} may sign in", made.account.sign_in)?,
    }
    Ok(())
}

async fn list(accounts: &Accounts, context: &Context) -> Outcome {
    let all = accounts.list().await?;
    if context.json {
        return context.print_json(&all.iter().map(row).collect::<Vec<_>>());
    }
    let mut out = io::stdout().lock();
    if all.is_empty() {
        writeln!(
            out,
            "there are no accounts yet; `gridward account create NAME --name PERSON --role admin` makes one"
        )?;
    }
    for account in all {
        let state = match account.disabled_at {
            Some(at) => format!("disabled {}", moment(at)),
            None => format!("since {}", moment(account.created_at)),
        };
        let grid = account.grid.as_deref().map(|code| format!("  grid {code}")).unwrap_or_default();
        writeln!(
            out,
            "{}  {}  {}{grid}  {state}  {}",
            account.id,
            account.sign_in,
            account.role.as_str(),
            account.name
        )?;
    }
    Ok(())
}

async fn disable(accounts: &Accounts, which: &str, context: &Context) -> Outcome {
    let account = accounts.disable(which).await?.ok_or_else(|| unknown(which))?;
    if context.json {
        return context.print_json(&row(&account));
    }
    writeln!(io::stdout().lock(), "{} is disabled", account.sign_in)?;
    Ok(())
}

fn unknown(which: &str) -> Failure {
    Failure::refused(format!("there is no account `{which}`; `gridward account list` lists them"))
}

fn refused(error: AccountError) -> Failure {
    match error {
        AccountError::SignIn => Failure::usage(error.to_string()),
        AccountError::Name => Failure::usage(format!("--name: {error}")),
        AccountError::Scope(ScopeError::NoSuchGrid(_)) => {
            Failure::refused(format!("--grid: {error}; import and publish it first"))
        }
        AccountError::Scope(_) => Failure::usage(format!("--grid: {error}")),
        AccountError::Store(error @ StoreError::SignInTaken(_)) => Failure::refused(error),
        other => Failure::refused(other),
    }
}

fn row(account: &Account) -> serde_json::Value {
    json!({
        "id": account.id,
        "sign_in": account.sign_in,
        "name": account.name,
        "role": account.role,
        "grid": account.grid,
        "created_at": moment(account.created_at),
        "password_at": moment(account.password_at),
        "disabled_at": account.disabled_at.map(moment),
    })
}

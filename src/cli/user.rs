//! Whose doing a command is in the audit log: the user of the operating system.

use crate::domain::caller::Caller;

/// Longer names are cut.
const MAX_NAME_CHARS: usize = 64;

/// The user who runs this process; somebody who became another with `sudo` is named with both.
pub(super) fn caller() -> Caller {
    let user = by_number().or_else(|| named("USER")).or_else(|| named("USERNAME"));
    let user = user.unwrap_or_else(|| "unknown".to_owned());
    match named("SUDO_USER") {
        Some(before) if before != user => Caller { name: format!("{before} as {user}"), ..Caller::command(&user) },
        _ => Caller::command(&user),
    }
}

fn named(variable: &str) -> Option<String> {
    let name = std::env::var(variable).ok()?;
    let name: String = name.chars().filter(|c| !c.is_control()).take(MAX_NAME_CHARS).collect();
    (!name.is_empty()).then_some(name)
}

/// Variables say what somebody wrote there; the number of the user is the kernel's.
#[cfg(target_os = "linux")]
fn by_number() -> Option<String> {
    use std::os::unix::fs::MetadataExt;
    let number = std::fs::metadata("/proc/self").ok()?.uid();
    let users = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    Some(user_of(&users, number).unwrap_or_else(|| format!("user {number}")))
}

#[cfg(not(target_os = "linux"))]
fn by_number() -> Option<String> {
    None
}

/// The name of a number, by the lines `name:password:number:…` of `passwd(5)`.
#[cfg(target_os = "linux")]
fn user_of(users: &str, number: u32) -> Option<String> {
    let number = number.to_string();
    users.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        (fields.nth(1)? == number).then(|| name.to_owned())
    })
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn a_number_leads_to_its_name() {
        let users = "root:x:0:0:root:/root:/bin/bash\n\nodd\n王:x:1000:1000::/home/w:/bin/sh\n";
        assert_eq!(user_of(users, 0).as_deref(), Some("root"));
        assert_eq!(user_of(users, 1000).as_deref(), Some("王"));
        assert_eq!(user_of(users, 1), None);
        assert!(!caller().id.is_empty());
    }
}

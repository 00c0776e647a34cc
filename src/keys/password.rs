//! Passwords (密码): which are good enough, and how they are hashed. None is ever logged or kept.

use argon2::{Algorithm, Argon2, Params, Version};
use subtle::ConstantTimeEq;

use super::CreateError;
use super::secrets::{STANDARD, base64, random, unbase64};

const MIN_CHARS: usize = 10;
/// Hashing takes longer for longer ones, and nobody types this.
pub(super) const MAX_BYTES: usize = 512;
const MIN_DIFFERENT_CHARS: usize = 5;
const SALT_BYTES: usize = 16;
const HASH_BYTES: usize = 32;
/// What OWASP recommends of argon2id: 19 MiB, twice over them, one lane.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// Why a password will not do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WeakPassword {
    #[error("a password has at least {MIN_CHARS} characters")]
    TooShort,
    #[error("a password has at most {MAX_BYTES} bytes")]
    TooLong,
    #[error("a password has at least {MIN_DIFFERENT_CHARS} different characters, and does not hold the sign-in name")]
    TooSimple,
}

/// Whether a password of somebody who signs in by that name is good enough.
pub(super) fn check(password: &str, sign_in: &str) -> Result<(), WeakPassword> {
    if password.len() > MAX_BYTES {
        return Err(WeakPassword::TooLong);
    }
    if password.chars().count() < MIN_CHARS {
        return Err(WeakPassword::TooShort);
    }
    let mut different: Vec<char> = password.chars().collect();
    different.sort_unstable();
    different.dedup();
    let holds_name = sign_in.chars().count() > 2 && password.to_lowercase().contains(sign_in);
    if different.len() < MIN_DIFFERENT_CHARS || holds_name { Err(WeakPassword::TooSimple) } else { Ok(()) }
}

/// A password that is easy to read out and to type: 20 of 32 letters and digits, 100 bits, in groups of five.
pub(super) fn generate() -> Result<String, CreateError> {
    const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let chars = random::<20>()?.map(|byte| char::from(LETTERS[usize::from(byte % 32)]));
    Ok(chars.chunks(5).map(|five| five.iter().collect::<String>()).collect::<Vec<_>>().join("-"))
}

/// The hash of a password in the PHC string format, `$argon2id$v=19$m=…,t=…,p=…$salt$hash`. Takes a processor for a while.
pub(super) fn hash(password: &str) -> Result<String, CreateError> {
    let salt = random::<SALT_BYTES>()?;
    let params = Params::new(MEMORY_KIB, PASSES, LANES, Some(HASH_BYTES)).expect("these parameters are in range");
    let hash = hashed(password, &salt, params).expect("salt, password and hash have lengths that argon2 takes");
    let (salt, hash) = (base64(&salt, STANDARD), base64(&hash, STANDARD));
    Ok(format!("$argon2id$v=19$m={MEMORY_KIB},t={PASSES},p={LANES}${salt}${hash}"))
}

/// Whether a password is the one of a hash. Takes as long for a wrong one as for the right one.
pub(super) fn verify(password: &str, kept: &str) -> bool {
    let Some((params, salt, expected)) = read(kept) else {
        tracing::error!("the hash of a password cannot be read; set the password anew");
        return false;
    };
    let found = hashed(password, &salt, params);
    found.is_some_and(|found| expected.len() == HASH_BYTES && bool::from(found.ct_eq(&expected)))
}

fn hashed(password: &str, salt: &[u8], params: Params) -> Option<[u8; HASH_BYTES]> {
    let mut hash = [0; HASH_BYTES];
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    argon2.hash_password_into(password.as_bytes(), salt, &mut hash).ok()?;
    Some(hash)
}

/// With the parameters that it was made with, which may be others than today's.
fn read(kept: &str) -> Option<(Params, Vec<u8>, Vec<u8>)> {
    let mut parts = kept.strip_prefix("$argon2id$v=19$")?.split('$');
    let (costs, salt, hash) = (parts.next()?, parts.next()?, parts.next()?);
    let mut costs = ["m=", "t=", "p="].into_iter().zip(costs.split(','));
    let mut cost = || -> Option<u32> {
        let (name, text) = costs.next()?;
        text.strip_prefix(name)?.parse().ok()
    };
    let params = Params::new(cost()?, cost()?, cost()?, Some(HASH_BYTES)).ok()?;
    Some((params, unbase64(salt, STANDARD)?, unbase64(hash, STANDARD)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Made by the reference implementation: `argon2 somesalt -id -t 2 -m 16 -p 1 -l 32 -e` (its test vectors).
    #[test]
    fn agrees_with_the_reference_implementation() {
        let kept = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";
        assert!(verify("password", kept));
        assert!(!verify("Password", kept));
        let fewer = "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4";
        assert!(verify("password", fewer));
    }

    #[test]
    fn a_hash_opens_to_its_password_only_and_is_salted() {
        let kept = hash("正确的密码12345").unwrap();
        assert!(kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{kept}");
        assert!(verify("正确的密码12345", &kept) && !verify("正确的密码12346", &kept));
        assert_ne!(hash("正确的密码12345").unwrap(), kept);
        for broken in ["", "$argon2id$v=19$", "$argon2id$v=19$m=1,t=1,p=1$c29tZXNhbHQ$", &kept[..kept.len() - 3]] {
            assert!(!verify("正确的密码12345", broken), "{broken}");
        }
    }

    #[test]
    fn weak_ones_are_refused() {
        assert_eq!(check("short", "wang"), Err(WeakPassword::TooShort));
        assert_eq!(check("aaaaaaaaaaaa", "wang"), Err(WeakPassword::TooSimple));
        assert_eq!(check("my-WANG-2026!", "wang"), Err(WeakPassword::TooSimple));
        assert_eq!(check(&"网格员1".repeat(60), "wang"), Err(WeakPassword::TooLong));
        assert_eq!(check("网格员的密码很长一二三", "wang"), Ok(()));
        for _ in 0..50 {
            let made = generate().unwrap();
            assert_eq!((made.len(), check(&made, "wang")), (23, Ok(())), "{made}");
        }
    }
}

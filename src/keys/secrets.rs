//! Random bytes, how they are written, and the hashes under which a store keeps what must stay secret.

use std::fmt::Write;
use std::sync::Arc;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use time::OffsetDateTime;
use tokio::sync::OnceCell;

use super::CreateError;
use crate::store::{Store, StoreResult};

/// HMAC-SHA-256 under the store's pepper.
#[derive(Clone, Debug)]
pub(super) struct Hashes {
    store: Arc<dyn Store>,
    /// Never changes, so that it is asked for once.
    pepper: Arc<OnceCell<[u8; 32]>>,
}

impl Hashes {
    pub(super) fn new(store: Arc<dyn Store>) -> Hashes {
        Hashes { store, pepper: Arc::default() }
    }

    pub(super) async fn of(&self, secret: &str) -> StoreResult<[u8; 32]> {
        let pepper = self.pepper.get_or_try_init(|| self.store.pepper()).await?;
        let mut hash = Hmac::<Sha256>::new_from_slice(pepper).expect("HMAC takes keys of any length");
        hash.update(secret.as_bytes());
        Ok(hash.finalize().into_bytes().into())
    }
}

/// Characters of 32 bytes in base64url without padding.
pub(super) const SECRET_CHARS: usize = 43;

/// 32 random bytes of the operating system, in base64url.
pub(super) fn secret() -> Result<String, CreateError> {
    Ok(base64(&random::<32>()?, URL_SAFE))
}

/// Whether a text has the form of a secret.
pub(super) fn is_secret(text: &str) -> bool {
    text.len() == SECRET_CHARS && text.bytes().all(|byte| URL_SAFE.contains(&byte))
}

/// A name that nobody can guess: 32 hexadecimal digits.
pub fn random_name() -> String {
    hex(&random::<16>().expect("the operating system gives random bytes"))
}

/// To the second, which every store keeps as it is.
pub(super) fn now() -> OffsetDateTime {
    OffsetDateTime::now_utc().replace_nanosecond(0).expect("0 is a nanosecond")
}

pub(super) fn random<const N: usize>() -> Result<[u8; N], CreateError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(CreateError::NoRandomness)?;
    Ok(bytes)
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("text is written to memory");
        text
    })
}

/// The alphabets of RFC 4648, sections 4 and 5.
pub(super) const STANDARD: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const URL_SAFE: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Without padding.
pub(super) fn base64(bytes: &[u8], alphabet: &[u8; 64]) -> String {
    let mut text = String::new();
    for three in bytes.chunks(3) {
        let bits = three.iter().fold(0u32, |bits, &byte| bits << 8 | u32::from(byte)) << (8 * (3 - three.len()));
        let digits = (0..=three.len()).map(|at| alphabet[(bits >> (18 - 6 * at)) as usize & 63]);
        text.extend(digits.map(char::from));
    }
    text
}

/// The bytes of a text without padding; `None` where it is none.
pub(super) fn unbase64(text: &str, alphabet: &[u8; 64]) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    for four in text.as_bytes().chunks(4) {
        let mut bits = 0u32;
        for &digit in four {
            bits = bits << 6 | alphabet.iter().position(|&known| known == digit)? as u32;
        }
        bits <<= 6 * (4 - four.len());
        if four.len() == 1 {
            return None;
        }
        bytes.extend(&bits.to_be_bytes()[1..four.len()]);
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_as_the_rfc_has_it() {
        for (bytes, text) in [("", ""), ("f", "Zg"), ("fo", "Zm8"), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")] {
            assert_eq!(base64(bytes.as_bytes(), URL_SAFE), text);
            assert_eq!(unbase64(text, STANDARD).unwrap(), bytes.as_bytes());
        }
        assert_eq!(base64(&[0xfb, 0xff, 0xfe], URL_SAFE), "-__-");
        assert_eq!(base64(&[0xfb, 0xff, 0xfe], STANDARD), "+//+");
        assert_eq!(base64(&[7; 32], URL_SAFE).len(), SECRET_CHARS);
        assert_eq!((unbase64("A", STANDARD), unbase64("A-==", STANDARD)), (None, None));
    }
}

//! Signatures: Standard Webhooks (<https://www.standardwebhooks.com>, version 1.0), and DingTalk's for its robots.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// The secret of a webhook as its receiver is given it: `whsec_` and base64.
pub fn secret_text(secret: &[u8; 32]) -> String {
    format!("whsec_{}", STANDARD.encode(secret))
}

/// The header `webhook-signature`: over the id of the message, the second of this try, and the body.
pub fn signature(secret: &[u8; 32], id: &str, timestamp: i64, body: &[u8]) -> String {
    let signed = [format!("{id}.{timestamp}.").as_bytes(), body].concat();
    format!("v1,{}", STANDARD.encode(hmac_sha256(secret, &signed)))
}

/// The parameter `sign` of DingTalk's robots: over the millisecond and the secret, under the secret.
pub fn dingtalk_signature(secret: &str, millisecond: i64) -> String {
    STANDARD.encode(hmac_sha256(secret.as_bytes(), format!("{millisecond}\n{secret}").as_bytes()))
}

fn hmac_sha256(key: &[u8], text: &[u8]) -> [u8; 32] {
    let mut hash = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    hash.update(text);
    hash.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the specification, whose secret has 24 bytes, with 32; made with Python's `hmac`.
    #[test]
    fn as_python_signs() {
        let secret: [u8; 32] = std::array::from_fn(|at| at as u8);
        assert_eq!(secret_text(&secret), "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=");
        let signed = signature(&secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, b"{\"test\": 2432232314}");
        assert_eq!(signed, "v1,O4Gjv1HqPqsMrjmczoggs/sWA8gZD0VyHG+fLh4+ktI=");
        assert_eq!(dingtalk_signature("SECabc", 1_700_000_000_000), "jcUpW0QmtKduN03n4JqQ0PBosVjqnM8gU7fIIvsDmCM=");
    }
}

//! TELLING OTHERS: webhooks. May use: domain, store, keys, outbox. Crates: `base64`, `hmac`, `http-body-util`, `hyper`,
//! `hyper-util`, `rustls`, `rustls-native-certs`, `sha2`, `tokio-rustls`, `url`.
//!
//! [`courier`] makes a delivery of every event for every webhook that wants it, and tries each until the address takes it;
//! [`message`] words it, [`sign`] signs it, [`address`] says where nothing is ever sent, and [`post`] sends it.

pub mod address;
pub mod courier;
pub mod message;
mod post;
pub mod retry;
pub mod sign;

pub use address::Allowed;
pub use courier::Courier;
pub use post::{Failed, Sent};

//! SPEAKING: the service. May use: all above. Crates: `axum`, `tower`, `utoipa`.

pub(crate) mod style;

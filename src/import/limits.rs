//! What a file may cost at most, checked before anything is parsed.

/// Bounds for untrusted files. Reading needs the bytes of the longest single feature (twice while its buffer grows)
/// and 8 bytes for each vertex kept (again twice while a ring grows), whatever the length of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Text of one feature. A polygon of 10^7 vertices with 15 digits a coordinate is about 400 MB.
    pub max_feature_bytes: usize,
    /// Brackets open at once. A MultiPolygon in a FeatureCollection needs 8.
    pub max_depth: u32,
    /// Vertices of all files of one edition together.
    pub max_vertices: u64,
    /// Features of all files of one edition together.
    pub max_features: u64,
    /// Bytes of one file after decompression.
    pub max_decoded_bytes: u64,
    /// Decompressed bytes for each compressed one; borders reach about 10, a bomb 1,000.
    pub max_expansion: u64,
    /// Problems listed for one import; the rest is counted.
    pub max_listed: usize,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            max_feature_bytes: 512 << 20,
            max_depth: 64,
            max_vertices: 50_000_000,
            max_features: 5_000_000,
            max_decoded_bytes: 16 << 30,
            max_expansion: 200,
            max_listed: 1_000,
        }
    }
}

//! The forms a tile is sent in, and its entity tag.

use std::io::{Error, ErrorKind};

use libdeflater::{CompressionLvl, Compressor};
use xxhash_rust::xxh3::xxh3_64;

/// How the bytes of an answer are compressed, as HTTP's `Content-Encoding` names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Encoding {
    Identity,
    Gzip,
    Brotli,
    Zstd,
}

impl Encoding {
    pub const ALL: [Encoding; 4] = [Encoding::Identity, Encoding::Gzip, Encoding::Brotli, Encoding::Zstd];

    /// The header's value; none for bytes that are not compressed.
    pub fn content_encoding(self) -> Option<&'static str> {
        match self {
            Encoding::Identity => None,
            Encoding::Gzip => Some("gzip"),
            Encoding::Brotli => Some("br"),
            Encoding::Zstd => Some("zstd"),
        }
    }

    /// The bytes in this form. Levels are those that a request can wait for.
    pub(crate) fn compress(self, bytes: &[u8]) -> Result<Vec<u8>, Error> {
        match self {
            Encoding::Identity => Ok(bytes.to_vec()),
            Encoding::Gzip => gzip(bytes),
            Encoding::Brotli => {
                let params = brotli::enc::BrotliEncoderParams { quality: 5, ..Default::default() };
                let mut compressed = Vec::with_capacity(bytes.len() / 2);
                brotli::BrotliCompress(&mut &bytes[..], &mut compressed, &params)?;
                Ok(compressed)
            }
            Encoding::Zstd => zstd::encode_all(bytes, 3),
        }
    }

    /// A strong entity tag, quotes included: equal for equal bytes in the same form, and only for them.
    pub(super) fn etag(self, uncompressed: &[u8]) -> String {
        format!("\"{:016x}-{}\"", xxh3_64(uncompressed), self.content_encoding().unwrap_or("id"))
    }
}

fn gzip(bytes: &[u8]) -> Result<Vec<u8>, Error> {
    let level = CompressionLvl::new(6).map_err(|_| Error::from(ErrorKind::InvalidInput))?;
    let mut compressor = Compressor::new(level);
    let mut compressed = vec![0; compressor.gzip_compress_bound(bytes.len())];
    let len = compressor.gzip_compress(bytes, &mut compressed).map_err(Error::other)?;
    compressed.truncate(len);
    Ok(compressed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;

    #[test]
    fn every_form_comes_back() {
        let bytes: Vec<u8> = (0..5000u32).flat_map(|i| (i / 7).to_le_bytes()).collect();
        for encoding in Encoding::ALL {
            let compressed = encoding.compress(&bytes).unwrap();
            let mut back = Vec::new();
            match encoding {
                Encoding::Identity => back.clone_from(&compressed),
                Encoding::Gzip => {
                    flate2::read::GzDecoder::new(&compressed[..]).read_to_end(&mut back).unwrap();
                }
                Encoding::Brotli => {
                    brotli::Decompressor::new(&compressed[..], 4096).read_to_end(&mut back).unwrap();
                }
                Encoding::Zstd => back = zstd::decode_all(&compressed[..]).unwrap(),
            }
            assert_eq!(back, bytes);
            assert!(encoding == Encoding::Identity || compressed.len() < bytes.len() / 2);
        }
        let tags: std::collections::HashSet<String> = Encoding::ALL.into_iter().map(|e| e.etag(&bytes)).collect();
        assert_eq!(tags.len(), 4);
    }
}

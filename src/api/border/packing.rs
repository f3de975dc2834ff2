//! How texts are packed for the way: with brotli or gzip, whichever the client takes. The API's own answers are not: they are
//! small, and a stream that is packed holds back its events.

use crate::types::Result;
use crate::types::error::Error;
use actix_web::HttpMessage;
use actix_web::HttpRequest;
use actix_web::http::header::AcceptEncoding;
use actix_web::http::header::ContentEncoding;
use actix_web::http::header::Encoding;
use brotli::enc::BrotliEncoderParams;
use flate2::Compression;
use flate2::write::GzEncoder;
use std::io::Write;

/// A body shorter than this is sent as it is: a packet is not filled by it.
pub const PACKED_FROM: usize = 1_000;

/// How a body is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Packing {
    /// Not at all.
    Plain,
    /// With gzip (RFC 1952).
    Gzip,
    /// With brotli (RFC 7932).
    Brotli,
}

/// How much time packing may take.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Effort {
    /// For what is sent once: some milliseconds for each MiB.
    Once,
    /// For what is packed once and sent many times.
    Kept,
}

impl Packing {
    /// All of them, the best one first.
    pub const ALL: [Packing; 3] = [Self::Brotli, Self::Gzip, Self::Plain];

    /// The best that the client takes.
    pub fn of(request: &HttpRequest) -> Self {
        let supported = [Encoding::brotli(), Encoding::gzip(), Encoding::identity()];
        let taken = request.get_header::<AcceptEncoding>().and_then(|accepted| accepted.negotiate(supported.iter()));
        match taken {
            Some(encoding) if encoding == Encoding::brotli() => Self::Brotli,
            Some(encoding) if encoding == Encoding::gzip() => Self::Gzip,
            _ => Self::Plain,
        }
    }

    /// What `Content-Encoding` says.
    pub fn coding(self) -> ContentEncoding {
        match self {
            Self::Plain => ContentEncoding::Identity,
            Self::Gzip => ContentEncoding::Gzip,
            Self::Brotli => ContentEncoding::Brotli,
        }
    }

    /// An entity tag for this packing: a strong one names the very bytes.
    pub fn etag(self, digits: &str) -> String {
        match self {
            Self::Plain => format!("\"{digits}\""),
            Self::Gzip => format!("\"{digits}-gzip\""),
            Self::Brotli => format!("\"{digits}-br\""),
        }
    }

    /// The packed bytes.
    ///
    /// # Errors
    /// When the packer fails, which needs a lack of memory.
    pub fn pack(self, bytes: &[u8], effort: Effort) -> Result<Vec<u8>> {
        let mut packed = Vec::new();
        match self {
            Self::Plain => packed.extend_from_slice(bytes),
            Self::Gzip => {
                let level = if effort == Effort::Kept { Compression::best() } else { Compression::default() };
                let mut encoder = GzEncoder::new(&mut packed, level);
                encoder.write_all(bytes).map_err(Error::internal)?;
                encoder.finish().map_err(Error::internal)?;
            }
            Self::Brotli => {
                let quality = if effort == Effort::Kept { 11 } else { 5 };
                let parameters = BrotliEncoderParams { quality, size_hint: bytes.len(), ..Default::default() };
                let mut reader = bytes;
                brotli::BrotliCompress(&mut reader, &mut packed, &parameters).map_err(Error::internal)?;
            }
        }
        Ok(packed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header;
    use actix_web::test::TestRequest;
    use std::io::Read;

    #[test]
    fn what_was_packed_can_be_unpacked() {
        let text = "CommFlow packs what is long enough. ".repeat(200).into_bytes();
        for effort in [Effort::Once, Effort::Kept] {
            let packed = Packing::Brotli.pack(&text, effort).unwrap();
            let mut unpacked = Vec::new();
            brotli::BrotliDecompress(&mut packed.as_slice(), &mut unpacked).unwrap();
            assert!(unpacked == text && packed.len() < text.len() / 10);
            let packed = Packing::Gzip.pack(&text, effort).unwrap();
            let mut unpacked = Vec::new();
            flate2::read::GzDecoder::new(packed.as_slice()).read_to_end(&mut unpacked).unwrap();
            assert!(unpacked == text && packed.len() < text.len() / 10);
        }
    }

    #[test]
    fn the_client_says_what_it_takes() {
        let of = |accepted: &str| {
            Packing::of(&TestRequest::default().insert_header((header::ACCEPT_ENCODING, accepted)).to_http_request())
        };
        assert_eq!(of("gzip, deflate, br, zstd"), Packing::Brotli);
        assert_eq!(of("gzip"), Packing::Gzip);
        assert_eq!(of("br;q=0, gzip;q=0.5"), Packing::Gzip);
        assert_eq!(of("deflate"), Packing::Plain);
        assert_eq!(of("nonsense;;q=x"), Packing::Plain);
        assert_eq!(Packing::of(&TestRequest::default().to_http_request()), Packing::Plain);
    }
}

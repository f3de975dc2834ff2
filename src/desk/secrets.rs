//! Secrets that we make up: keys, the tokens of sessions, links that give power. Only their hashes are stored.

use crate::types::Result;
use crate::types::error::Error;
use sha2::Digest;
use sha2::Sha256;

/// What is stored of a secret, and looked up by.
pub type Hash = [u8; 32];

/// What is stored of a secret, and looked up by: fast is right for a secret of this length.
pub fn hash(secret: &str) -> Hash {
    Sha256::digest(secret.as_bytes()).into()
}

const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// A new secret: `prefix` and 43 characters of 62, which is 256 bits.
///
/// # Errors
/// When the system has no randomness to give.
pub fn generate(prefix: &str) -> Result<String> {
    let mut secret = String::from(prefix);
    let mut bytes = [0_u8; 64];
    while secret.len() < prefix.len() + 43 {
        getrandom::fill(&mut bytes).map_err(|cause| Error::internal(cause.to_string()))?;
        secret.extend(letters(bytes).take(prefix.len() + 43 - secret.len()));
    }
    Ok(secret)
}

/// Random bytes as letters and digits, each as likely as any other.
pub fn letters(bytes: impl IntoIterator<Item = u8>) -> impl Iterator<Item = char> {
    // Bytes from 248 on would make some characters likelier than others.
    let fair = bytes.into_iter().filter(|byte| *byte < 248);
    fair.filter_map(|byte| ALPHABET.get(usize::from(byte % 62))).map(|byte| char::from(*byte))
}

//! How to come into the demo. Nothing of it is stored but hashes: it follows from the store's own secret, so that every
//! start prints the same, and nobody can guess it who has not the file.

use crate::desk::secrets;
use sha2::Digest;
use sha2::Sha256;

/// Who signs in.
pub const EMAIL: &str = "sarah@larkfield.example";
/// Characters of the password: 95 bits, and still typed by hand without tears.
const PASSWORD_LENGTH: usize = 16;
/// Characters of the key after its prefix, as of any key.
const KEY_LENGTH: usize = 43;

/// How to come in.
#[derive(Debug, Clone, PartialEq)]
pub struct Access {
    /// Sarah's address.
    pub email: String,
    /// Sarah's password.
    pub password: String,
    /// An API key of hers that may do everything.
    pub key: String,
}

impl Access {
    /// What follows from a store's secret.
    pub fn of(secret: &str) -> Self {
        Self {
            email: EMAIL.to_owned(),
            password: derive(secret, "demo password", PASSWORD_LENGTH),
            key: format!("cf_{}", derive(secret, "demo API key", KEY_LENGTH)),
        }
    }
}

/// `length` letters and digits that follow from the secret, others for each purpose.
fn derive(secret: &str, purpose: &str, length: usize) -> String {
    let blocks = (0_u32..).flat_map(|block| Sha256::digest(format!("commflow\n{purpose}\n{block}\n{secret}")));
    secrets::letters(blocks).take(length).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_secret_gives_the_same_access_and_another_one_gives_another() {
        let access = Access::of("0123456789abcdef");
        assert_eq!(access, Access::of("0123456789abcdef"));
        assert_ne!(access.password, Access::of("0123456789abcdee").password);
        assert_ne!(access.key, Access::of("0123456789abcdee").key);
        assert_eq!((access.password.len(), access.key.len()), (16, 46));
        assert!(!access.key.contains(&access.password));
    }
}

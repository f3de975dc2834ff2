//! The signature on what is sent to webhooks: that of Standard Webhooks, version 1.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::Hmac;
use hmac::KeyInit;
use hmac::Mac;
use sha2::Sha256;

/// What stands before a secret that is written in base64.
pub const ENCODED: &str = "whsec_";

/// The value of `webhook-signature`: `v1,` and the base64 of HMAC-SHA256 over `id.timestamp.body`. `timestamp` is in seconds
/// since 1970.
pub fn sign(key: &[u8], id: &str, timestamp: i64, body: &[u8]) -> String {
    let signed = Hmac::<Sha256>::new_from_slice(key).map(|mut mac| {
        mac.update(format!("{id}.{timestamp}.").as_bytes());
        mac.update(body);
        format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
    });
    // HMAC takes keys of every length; an empty signature would be refused by every receiver.
    signed.unwrap_or_default()
}

/// The bytes that a secret signs with: what is encoded after `whsec_`; of any other secret its own bytes.
pub fn key_bytes(secret: &str) -> Vec<u8> {
    let decoded = secret.strip_prefix(ENCODED).and_then(|encoded| STANDARD.decode(encoded).ok());
    decoded.unwrap_or_else(|| secret.as_bytes().to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_signed_as_the_standard_says() {
        let key = key_bytes("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        let signature = sign(&key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, br#"{"test": 2432232314}"#);
        assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn a_secret_of_ones_own_signs_with_its_own_bytes() {
        assert_eq!(key_bytes("your_webhook_secret"), b"your_webhook_secret");
        assert_eq!(key_bytes("whsec_aGVsbG8="), b"hello");
        assert_eq!(key_bytes("whsec_not base64"), b"whsec_not base64");
    }
}

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::Hmac;
use hmac::KeyInit;
use hmac::Mac;
use http::HeaderMap;
use serde_json::Value;
use sha2::Sha256;
use std::error::Error;
use std::time::SystemTime;
use std::time::UNIX_EPOCH;

pub fn verify(secret: &str, headers: &HeaderMap, body: &[u8]) -> Result<Value, Box<dyn Error>> {
    let header = |name: &str| headers.get(name).ok_or("a header is missing")?.to_str().map_err(Box::<dyn Error>::from);
    let (id, timestamp) = (header("webhook-id")?, header("webhook-timestamp")?);
    let mut mac = Hmac::<Sha256>::new_from_slice(&STANDARD.decode(secret.trim_start_matches("whsec_"))?)?;
    mac.update(format!("{id}.{timestamp}.").as_bytes());
    mac.update(body);
    let is_ours = |one: &str| {
        let bytes = one.strip_prefix("v1,").and_then(|encoded| STANDARD.decode(encoded).ok());
        bytes.is_some_and(|bytes| mac.clone().verify_slice(&bytes).is_ok())
    };
    if !header("webhook-signature")?.split(' ').any(is_ours) {
        return Err("this is not from our CommFlow".into());
    }
    if SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs().abs_diff(timestamp.parse()?) > 300 {
        return Err("this is old".into());
    }
    Ok(serde_json::from_slice(body)?)
}

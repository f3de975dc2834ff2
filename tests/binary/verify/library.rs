use http::HeaderMap;
use serde_json::Value;
use standardwebhooks::Webhook;
use std::error::Error;

pub fn verify(secret: &str, headers: &HeaderMap, body: &[u8]) -> Result<Value, Box<dyn Error>> {
    Webhook::new(secret)?.verify(body, headers)?;
    Ok(serde_json::from_slice(body)?)
}

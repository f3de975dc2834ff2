//! Receivers behind TLS: the certificate counts, of an authority that the machine trusts.

use crate::targets::brought;
use commflow::delivery::names::system;
use commflow::desk::webhooks::TargetRule;
use rcgen::BasicConstraints;
use rcgen::CertificateParams;
use rcgen::IsCa;
use rcgen::Issuer;
use rcgen::KeyPair;
use rustls::ServerConfig;
use rustls::ServerConnection;
use rustls::StreamOwned;
use rustls::crypto::ring;
use rustls::pki_types::PrivateKeyDer;
use std::io::Read;
use std::io::Write;
use std::net::TcpListener;
use std::process::Command;
use std::sync::Arc;

/// A receiver for `localhost`: its port, and its authority's certificate.
fn receiver() -> (u16, String) {
    let authority_key = KeyPair::generate().unwrap();
    let mut authority = CertificateParams::new(Vec::new()).unwrap();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let trusted = authority.self_signed(&authority_key).unwrap().pem();
    let key = KeyPair::generate().unwrap();
    let own = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    let own = own.signed_by(&key, &Issuer::new(authority, authority_key)).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![own.der().clone()], PrivateKeyDer::try_from(key.serialize_der()).unwrap())
        .unwrap();
    let config = Arc::new(config);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let mut stream = StreamOwned::new(ServerConnection::new(config.clone()).unwrap(), stream);
            // A client that does not trust the certificate hangs up.
            if stream.read(&mut [0; 4_096]).is_ok() {
                drop(stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));
            }
        }
    });
    (port, trusted)
}

#[test]
fn a_certificate_that_nobody_vouches_for_is_refused() {
    let (port, _) = receiver();
    let receipt = brought(TargetRule::Loopback, system(), &format!("https://localhost:{port}/"));
    assert_eq!(receipt.status, None);
    assert!(receipt.error.as_ref().is_some_and(|error| error.contains("certificate")), "{receipt:?}");
}

#[test]
fn the_authorities_of_the_machine_are_trusted() {
    let (port, trusted) = receiver();
    let folder = tempfile::TempDir::new().unwrap();
    let path = folder.path().join("authority.pem");
    std::fs::write(&path, trusted).unwrap();
    let told = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "targets::a_letter_is_brought_to_where_it_is_addressed", "--nocapture"])
        .env("SSL_CERT_FILE", &path)
        .env("RECEIVER", format!("https://localhost:{port}/"))
        .output()
        .unwrap();
    assert!(told.status.success(), "{}", String::from_utf8_lossy(&told.stdout));
}

#[test]
fn one_library_encrypts_and_no_other() {
    // Where two are there, rustls takes neither by itself, and the first connection panics.
    let lock = include_str!("../../Cargo.lock");
    assert!(lock.contains("name = \"ring\"") && !lock.contains("aws-lc"));
}

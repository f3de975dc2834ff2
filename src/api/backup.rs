//! /v1/backup over HTTP: the whole store, on its way out piece by piece.

use crate::api::border::caller::Admin;
use crate::api::border::operation::Operation;
use crate::api::border::operation::Shape;
use crate::api::border::reply::Reply;
use crate::api::border::routes::Routes;
use crate::store::snapshot;
use crate::store::snapshot::Snapshot;
use crate::types::Result;
use crate::types::error::Code;
use crate::types::error::Error;
use actix_web::HttpResponse;
use actix_web::body::SizedStream;
use actix_web::http::Method;
use actix_web::http::header;
use actix_web::web;
use actix_web::web::Bytes;
use futures_util::Stream;
use futures_util::stream::try_unfold;
use serde_json::json;
use std::fs::File;
use std::io::Read;
use tokio::sync::OwnedSemaphorePermit;

const MEDIA: &str = "application/vnd.sqlite3";
/// Bytes that are read at once.
const PIECE: u64 = 256 * 1024;

/// Adds the route.
pub fn routes(v1: &mut Routes) {
    v1.section(
        "Backup",
        "The whole store in one file, as [`commflow backup`](/docs/guides/backup) makes it. It holds personal data, and the \
         secrets that sign webhooks and file links: keep it as you keep the store itself.",
    );
    v1.add(Method::GET, "/v1/backup", download).named(
        "downloadBackup",
        "Download a backup",
        "Makes a whole, checked copy of the store as it is now, while others go on writing, and sends it: an SQLite file for \
         `commflow restore`. Nothing of it stays on the server. One at a time: 409 while another is being made or sent. It \
         needs room on the server's disk for a second store: 503 where there is none.",
    );
}

/// An SQLite file.
struct Backup;

impl Shape for Backup {
    fn describe(operation: &mut Operation) {
        let content = (MEDIA, json!({"type": "string", "format": "binary"}));
        operation.answers(200, "The whole store.", Some(content), &["Content-Disposition"]).may(&[Code::Conflict]);
    }
}

async fn download(who: Admin) -> Result<Reply<Backup>> {
    let place = who.context.backup.clone().try_acquire_owned();
    let place = place.map_err(|_| Error::conflict("Another backup is being made or sent. Wait until it is done."))?;
    let store = who.context.store.clone();
    // The place goes with the work: a caller who goes away must not make room for a second copy.
    let made = web::block(move || snapshot::make(&store).map(|copy| (copy, place))).await.map_err(Error::internal)?;
    let (Snapshot { file, bytes }, place) = made?;
    let today = who.context.clock.now().to_string();
    let name = format!("attachment; filename=\"commflow-{}.db\"", today.split('T').next().unwrap_or_default());
    let response = HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, MEDIA))
        .insert_header((header::CONTENT_DISPOSITION, name))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .body(SizedStream::new(bytes, Box::pin(pieces(file, place))));
    Ok(response.into())
}

/// The bytes of the copy. It is gone when they have all been sent, and when nobody takes them any more.
fn pieces(file: File, place: OwnedSemaphorePermit) -> impl Stream<Item = Result<Bytes>> {
    try_unfold((file, place), |(mut file, place)| async move {
        let read = web::block(move || {
            let mut piece = Vec::new();
            file.by_ref().take(PIECE).read_to_end(&mut piece).map(|_| (Bytes::from(piece), file))
        });
        let (piece, file) = read.await.map_err(Error::internal)?.map_err(Error::internal)?;
        Ok((!piece.is_empty()).then_some((piece, (file, place))))
    })
}

//! /v1/files over HTTP, and /files/{file_id}: the bytes, for whoever has the link.

use crate::api::border::answer::Resource;
use crate::api::border::caller::Reader;
use crate::api::border::caller::Writer;
use crate::api::border::context::Context;
use crate::api::border::download;
use crate::api::border::input::PathId;
use crate::api::border::multipart::Expected;
use crate::api::border::multipart::Incoming;
use crate::api::border::routes::Anyone;
use crate::api::border::routes::Routes;
use crate::desk::files;
use crate::desk::files::File;
use crate::desk::files::FileId;
use crate::desk::files::chunks;
use crate::desk::files::links::Links;
use crate::desk::files::names::Folder;
use crate::store::Store;
use crate::store::tx::Tx;
use crate::types::Result;
use crate::types::error::Error;
use crate::types::error::Faults;
use crate::types::error::Refused;
use crate::types::error::Rule;
use actix_web::HttpRequest;
use actix_web::HttpResponse;
use actix_web::http::Method;
use actix_web::rt;
use actix_web::web;

/// What an upload may be made of, in any order.
const FORM: Expected = Expected { texts: &["folder"], files: &["file"], files_max: 1 };

/// Adds the routes of files.
pub fn routes(root: &mut Routes) {
    root.add(Method::POST, "/v1/files", &[], create);
    root.add(Method::GET, "/v1/files/{file_id}", &[], show);
    root.add(Method::DELETE, "/v1/files/{file_id}", &[], delete);
    root.add(Method::GET, "/files/{file_id}", &[&["expires", "signature"]], download);
    root.add(Method::HEAD, "/files/{file_id}", &[&["expires", "signature"]], download);
}

/// A file changes once at most: when a message takes it along.
impl Resource for File {
    fn id(&self) -> String {
        self.id.to_string()
    }
    fn version(&self) -> i64 {
        if self.message_id.is_some() { 2 } else { 1 }
    }
}

async fn create(who: Writer, body: Incoming) -> Result<HttpResponse> {
    let form = body.form(&who.context, &FORM).await?;
    let mut faults = Faults::default();
    // A form's field that was left empty says nothing.
    let folder = form.texts.get("folder").filter(|text| !text.is_empty()).map(|text| text.parse::<Folder>());
    let folder = faults.gather(folder.transpose().map_err(|refused| Error::invalid(vec![refused.at("folder")])))?;
    if form.files.is_empty() {
        faults.add("file", Rule::Required, "is required: the file to upload");
    }
    faults.check()?;
    let missing = || Error::invalid(vec![Refused::new(Rule::Required, "is required").at("file")]);
    let file = form.files.first().cloned().ok_or_else(missing)?;
    let keep = move |tx: &Tx| {
        chunks::keep(tx, &file, folder.flatten().as_ref())?;
        files::get(tx, file.id, tx.now)
    };
    who.create("/v1/files", form.fingerprint, keep).await
}

async fn show(who: Reader, id: PathId<File>) -> Result<HttpResponse> {
    who.show(move |db, now| files::get(db, id.0, now)).await
}

async fn delete(who: Writer, id: PathId<File>) -> Result<HttpResponse> {
    who.remove(move |tx| files::get(tx, id.0, tx.now), move |tx| files::delete(tx, id.0)).await?;
    clear(&who.context.store, vec![id.0]).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Clears the bytes of files that were deleted. Goes on even if the caller goes away.
///
/// # Errors
/// Those of the store; the sweep clears what is left.
pub async fn clear(store: &Store, ids: Vec<FileId>) -> Result<()> {
    let store = store.clone();
    rt::spawn(async move { chunks::clear_all(&store, ids).await }).await.map_err(Error::internal)?
}

/// A link that is wrong, expired or mutated, and one to a file that is gone, are told the same.
async fn download(_: Anyone, context: web::Data<Context>, request: HttpRequest) -> Result<HttpResponse> {
    let (segment, query) = (request.match_info().query("file_id").to_owned(), request.query_string().to_owned());
    let now = context.clock.now();
    let found = context.store.read(move |db| match Links::read(db)?.follow(&segment, &query, now) {
        Some(id) => files::find(db, id, now),
        None => Ok(None),
    });
    match found.await? {
        Some(file) => download::send(&context.store, &request, &file).await,
        None => Err(Error::not_found("such file, or the link to it has expired")),
    }
}

//! /v1/files over HTTP, and /files/{file_id}: the bytes, for whoever has the link.

use crate::api::border::answer::Resource;
use crate::api::border::caller::Reader;
use crate::api::border::caller::Writer;
use crate::api::border::caller::gone;
use crate::api::border::context::Context;
use crate::api::border::download;
use crate::api::border::input::PathId;
use crate::api::border::multipart::Expected;
use crate::api::border::multipart::Incoming;
use crate::api::border::multipart::binary;
use crate::api::border::operation::Operation;
use crate::api::border::operation::Place;
use crate::api::border::operation::Shape;
use crate::api::border::reply::Created;
use crate::api::border::reply::Deleted;
use crate::api::border::reply::Reply;
use crate::api::border::reply::Shown;
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
use crate::types::error::Code;
use crate::types::error::Error;
use crate::types::error::Faults;
use crate::types::error::Refused;
use crate::types::error::Rule;
use actix_web::HttpRequest;
use actix_web::http::Method;
use actix_web::rt;
use actix_web::web;
use serde_json::json;
use utoipa::PartialSchema;

/// What an upload may be made of, in any order.
const FORM: Expected = Expected { texts: &["folder"], files: &["file"], files_max: 1 };

/// Adds the routes of files.
pub fn routes(root: &mut Routes) {
    root.section(
        "Files",
        "What is uploaded goes with a message, or lies by itself. `url` is a link that works without a key for \
        24 hours, and can't be guessed.",
    );
    root.add(Method::POST, "/v1/files", create)
        .named(
            "uploadFile",
            "Upload a file",
            "A form with the file, and a folder if you like; 25 MiB at most unless the server says otherwise.",
        )
        .takes_form(json!({"file": binary(), "folder": Folder::schema()}), &["file"]);
    root.add(Method::GET, "/v1/files/{file_id}", show).named(
        "getFile",
        "Get a file",
        "Its description, and a new link to its bytes.",
    );
    root.add(Method::DELETE, "/v1/files/{file_id}", delete).named(
        "deleteFile",
        "Delete a file",
        "Links to it end at once. A message that carries it keeps its name.",
    );
    for (method, id, summary) in
        [(Method::GET, "downloadFile", "Download a file"), (Method::HEAD, "checkDownload", "Look at a download")]
    {
        let text = "The bytes, for whoever has the link: `url` of a file, as it stands there. Takes `Range` and `If-None-Match`.";
        root.add(method, "/files/{file_id}", download)
            .named(id, summary, text)
            .described_parameter(Place::Path, "file_id", "The id of the file.", json!({"type": "string"}))
            .described_parameter(Place::Query, "expires", "As in the link.", json!({"type": "string"}))
            .described_parameter(Place::Query, "signature", "As in the link.", json!({"type": "string"}))
            .described_parameter(
                Place::Header,
                "Range",
                "Which of the bytes (RFC 9110, 14.2).",
                json!({"type": "string"}),
            )
            .described_parameter(
                Place::Header,
                "If-None-Match",
                "An `ETag` that the client has.",
                json!({"type": "string"}),
            );
    }
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

async fn create(who: Writer, body: Incoming) -> Result<Reply<Created<File>>> {
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

async fn show(who: Reader, id: PathId<File>) -> Result<Reply<Shown<File>>> {
    who.show(move |db, now| files::get(db, id.0, now)).await
}

async fn delete(who: Writer, id: PathId<File>) -> Result<Reply<Deleted>> {
    who.remove(move |tx| files::get(tx, id.0, tx.now), move |tx| files::delete(tx, id.0)).await?;
    clear(&who.context.store, vec![id.0]).await?;
    Ok(gone())
}

/// Clears the bytes of files that were deleted. Goes on even if the caller goes away.
///
/// # Errors
/// Those of the store; the sweep clears what is left.
pub async fn clear(store: &Store, ids: Vec<FileId>) -> Result<()> {
    let store = store.clone();
    rt::spawn(async move { chunks::clear_all(&store, ids).await }).await.map_err(Error::internal)?
}

/// The bytes of a file.
struct Download;

impl Shape for Download {
    fn describe(operation: &mut Operation) {
        let content = (operation.method == Method::GET).then(|| ("*/*", json!({})));
        let headers = &["ETag", "Accept-Ranges", "Content-Disposition"];
        operation.answers(200, "The whole file.", content.clone(), headers);
        operation.answers(206, "The bytes that were asked for.", content, &["ETag", "Content-Range"]);
        operation.answers(304, "The client has it already, as `If-None-Match` says.", None, &["ETag"]);
        operation.may(&[Code::NotFound, Code::RangeNotSatisfiable]);
    }
}

/// A link that is wrong, expired or mutated, and one to a file that is gone, are told the same.
async fn download(_: Anyone, context: web::Data<Context>, request: HttpRequest) -> Result<Reply<Download>> {
    let (segment, query) = (request.match_info().query("file_id").to_owned(), request.query_string().to_owned());
    let now = context.clock.now();
    let found = context.store.read(move |db| match Links::read(db)?.follow(&segment, &query, now) {
        Some(id) => files::find(db, id, now),
        None => Ok(None),
    });
    match found.await? {
        Some(file) => Ok(download::send(&context.store, &request, &file).await?.into()),
        None => Err(Error::not_found("such file, or the link to it has expired")),
    }
}

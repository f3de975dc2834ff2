//! Forms with files (`multipart/form-data`): text parts are gathered, files go into the store chunk by chunk as they come.
//! While a chunk is being written the next one is filled, and no more than that is ever held, whatever the size.
//!
//! What arrives counts for nothing until a write keeps it. Whatever ends the request before that, its bytes go again.

use crate::api::border::context::Context;
use crate::api::border::context::Patience;
use crate::api::border::input;
use crate::api::border::input::Input;
use crate::api::border::operation::Argument;
use crate::api::border::operation::Operation;
use crate::desk::files::FileId;
use crate::desk::files::chunks;
use crate::desk::files::chunks::Arrived;
use crate::desk::files::chunks::CHUNK;
use crate::desk::files::kinds;
use crate::desk::files::names::FileName;
use crate::store::Store;
use crate::store::answers::Fingerprint;
use crate::store::tx::Actor;
use crate::store::tx::Tx;
use crate::types::Result;
use crate::types::error::Code;
use crate::types::error::Error;
use crate::types::error::Refused;
use crate::types::error::Rule;
use crate::types::field;
use crate::types::field::Invalid;
use crate::types::size::Size;
use actix_multipart::Field;
use actix_multipart::Multipart;
use actix_multipart::MultipartError;
use actix_web::FromRequest;
use actix_web::HttpMessage;
use actix_web::HttpRequest;
use actix_web::dev::Payload;
use actix_web::rt;
use actix_web::rt::task::JoinHandle;
use actix_web::web;
use deserr::Deserr;
use futures_util::Stream;
use futures_util::StreamExt;
use sha2::Digest;
use sha2::Sha256;
use std::collections::BTreeMap;
use std::future::Ready;
use std::future::ready;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Duration;
use std::time::Instant;

/// Largest text of all text parts together, in bytes.
const TEXT_MAX: usize = 1024 * 1024;
/// What the heads of all parts may take beside that, in bytes.
const HEADS_MAX: u64 = 64 * 1024;

/// A body that nobody has looked at yet: JSON, or a form with files.
pub struct Incoming {
    request: HttpRequest,
    payload: Payload,
}

impl FromRequest for Incoming {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        ready(Ok(Self { request: request.clone(), payload: payload.take() }))
    }
}

impl Argument for Incoming {
    fn describe(operation: &mut Operation) {
        operation.may(&input::BODY_CODES).may(&[Code::MalformedMultipart]);
    }
}

/// What the document says of a file in a form.
pub fn binary() -> serde_json::Value {
    serde_json::json!({"type": "string", "format": "binary", "contentMediaType": "application/octet-stream"})
}

/// What a form may hold.
pub struct Expected {
    /// The names of its text parts.
    pub texts: &'static [&'static str],
    /// The names that its files may go by; they mean the same, and the first is told to those who ask.
    pub files: &'static [&'static str],
    /// Most files.
    pub files_max: usize,
}

/// A form that was read to its end.
pub struct Form {
    /// The text parts, by name.
    pub texts: BTreeMap<String, String>,
    /// The files, in their order. To be kept by a write while the form is held; what is not kept goes with it.
    pub files: Vec<Arrived>,
    /// SHA-256 of all that was said: the same whatever stood between the parts.
    pub fingerprint: Fingerprint,
    _pending: Arc<Pending>,
}

impl Incoming {
    /// Whether it says that it is a form with files.
    pub fn is_form(&self) -> bool {
        self.request.content_type().eq_ignore_ascii_case("multipart/form-data")
    }

    /// Reads it as JSON.
    ///
    /// # Errors
    /// As [`Input`].
    pub async fn json<T: Deserr<Invalid> + 'static>(mut self) -> Result<Input<T>> {
        Input::from_request(&self.request, &mut self.payload).await
    }

    /// Reads it as a form.
    ///
    /// # Errors
    /// 415 when it is none, 413 over a limit, 422 for parts that are not expected, 400 when it is malformed, 408 when it
    /// does not come in time, 503 when too many others are under way.
    pub async fn form(self, context: &web::Data<Context>, expected: &Expected) -> Result<Form> {
        self.check_media()?;
        let place = context.uploads.clone().try_acquire_owned();
        let _place = place.map_err(|_| Error::unavailable("Too many uploads are under way; please try again."))?;
        let files_max = u64::try_from(expected.files_max).unwrap_or(u64::MAX);
        let limit = context.settings.max_file_size;
        let most = limit.bytes().saturating_mul(files_max).saturating_add(HEADS_MAX + TEXT_MAX as u64);
        if u64::try_from(input::announced_length(&self.request)).is_ok_and(|length| length > most) {
            return Err(too_large(limit));
        }
        let parts = Multipart::new(self.request.headers(), self.payload);
        Reading::new(context, expected).read(parts).await
    }

    fn check_media(&self) -> Result<()> {
        input::refuse_encoding(&self.request)?;
        let refused = |message: &str| Err(Error::new(Code::UnsupportedMedia, message));
        if !self.is_form() {
            return refused("The body must be a form with files: send `Content-Type: multipart/form-data`.");
        }
        let media = self.request.mime_type().ok().flatten();
        let boundary = media.as_ref().and_then(|media| media.get_param("boundary"));
        if boundary.is_none_or(|boundary| boundary.as_str().is_empty()) {
            return refused(
                "`Content-Type: multipart/form-data` lacks its `boundary`: most clients set both by themselves.",
            );
        }
        Ok(())
    }
}

fn too_large(limit: Size) -> Error {
    Error::new(Code::TooLarge, format!("A file can't be over {limit}."))
}

fn malformed(cause: &MultipartError) -> Error {
    Error::new(Code::MalformedMultipart, format!("The body is not a well-formed form with files: {cause}."))
}

fn refused(name: &str, refused: Refused) -> Error {
    let name: String = name.chars().take(64).collect();
    Error::invalid(vec![refused.at(name)])
}

/// A form that is being read.
struct Reading<'a> {
    expected: &'a Expected,
    store: Store,
    limit: Size,
    pace: Pace,
    texts: BTreeMap<String, String>,
    text_bytes: usize,
    files: Vec<Arrived>,
    /// What the fingerprint of the files is made of.
    told: Sha256,
    pending: Arc<Pending>,
}

impl<'a> Reading<'a> {
    fn new(context: &web::Data<Context>, expected: &'a Expected) -> Self {
        let store = context.store.clone();
        Self {
            expected,
            limit: context.settings.max_file_size,
            pace: Pace::new(context.settings.patience),
            texts: BTreeMap::new(),
            text_bytes: 0,
            files: Vec::new(),
            told: Sha256::new(),
            pending: Arc::new(Pending { store: store.clone(), ids: Mutex::default() }),
            store,
        }
    }

    async fn read(mut self, mut parts: Multipart) -> Result<Form> {
        while let Some(part) = self.pace.next(&mut parts).await? {
            let mut part = part.map_err(|cause| malformed(&cause))?;
            let name = part.name().unwrap_or_default().to_owned();
            if self.expected.texts.contains(&name.as_str()) {
                self.text(name, &mut part).await?;
            } else if self.expected.files.contains(&name.as_str()) {
                self.file(&name, &mut part).await?;
            } else {
                let known = [self.expected.texts, self.expected.files].concat();
                return Err(refused(&name, field::unknown_field(&name, &known)));
            }
        }
        for (name, text) in &self.texts {
            tell(&mut self.told, &[name.as_bytes(), text.as_bytes()]);
        }
        let fingerprint = self.told.finalize().into();
        Ok(Form { texts: self.texts, files: self.files, fingerprint, _pending: self.pending })
    }

    async fn text(&mut self, name: String, part: &mut Field) -> Result<()> {
        if self.texts.contains_key(&name) {
            return Err(refused(&name, Refused::new(Rule::InvalidFormat, "can't be given twice")));
        }
        let mut text = Vec::new();
        while let Some(bytes) = self.pace.next(part).await? {
            let bytes = bytes.map_err(|cause| malformed(&cause))?;
            self.pace.received(bytes.len());
            self.text_bytes += bytes.len();
            if self.text_bytes > TEXT_MAX {
                return Err(Error::new(Code::TooLarge, "The text parts of a form can't be over 1 MiB together."));
            }
            text.extend_from_slice(&bytes);
        }
        let text = String::from_utf8(text)
            .map_err(|_| refused(&name, Refused::new(Rule::InvalidFormat, "must be text in UTF-8")))?;
        self.texts.insert(name, text);
        Ok(())
    }

    async fn file(&mut self, name: &str, part: &mut Field) -> Result<()> {
        let Some(given) = file_name(part) else {
            let hint = "must be a file, and this has no file name (with curl: -F 'file=@document.pdf')";
            return Err(refused(name, Refused::new(Rule::InvalidFormat, hint)));
        };
        if self.files.len() >= self.expected.files_max {
            let told = match self.expected.files_max {
                1 => Refused::new(Rule::InvalidFormat, "can't be given twice"),
                most => Refused::new(Rule::TooLong, format!("can't be over {most} files")),
            };
            return Err(refused(name, told));
        }
        let claim = part.content_type().map(|media| media.essence_str().to_owned());
        let mut upload = Upload::new(self.store.clone(), self.pending.clone());
        while let Some(bytes) = self.pace.next(part).await? {
            let bytes = bytes.map_err(|cause| malformed(&cause))?;
            self.pace.received(bytes.len());
            if upload.size.saturating_add(bytes.len() as u64) > self.limit.bytes() {
                return Err(too_large(self.limit));
            }
            upload.take(&bytes).await?;
        }
        // What a browser sends for a field in which no file was chosen.
        if given.is_empty() && upload.size == 0 {
            return Ok(());
        }
        let arrived = upload.end(FileName::clean(&given), claim.as_deref()).await?;
        let claim = claim.unwrap_or_default();
        tell(&mut self.told, &[b"file", arrived.name.as_str().as_bytes(), claim.as_bytes(), &arrived.sha256]);
        self.files.push(arrived);
        Ok(())
    }
}

/// Adds parts to a hash, each with its length, so that none can pass for two.
fn tell(hash: &mut Sha256, parts: &[&[u8]]) {
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
}

/// The file name of a part; none for one that is no file.
fn file_name(part: &Field) -> Option<String> {
    let disposition = part.content_disposition()?;
    let extended = disposition.get_filename_ext().map(|name| String::from_utf8_lossy(&name.value).into_owned());
    extended.or_else(|| disposition.get_filename().map(str::to_owned))
}

/// A file whose bytes are coming in.
struct Upload {
    store: Store,
    pending: Arc<Pending>,
    id: Option<FileId>,
    head: Vec<u8>,
    buffer: Vec<u8>,
    chunks: i64,
    size: u64,
    hash: Sha256,
    /// At most one chunk is being written while the next is filled.
    writing: Option<JoinHandle<Result<FileId>>>,
}

impl Upload {
    fn new(store: Store, pending: Arc<Pending>) -> Self {
        let (head, buffer) = Default::default();
        Self { store, pending, id: None, head, buffer, chunks: 0, size: 0, hash: Sha256::new(), writing: None }
    }

    async fn take(&mut self, bytes: &[u8]) -> Result<()> {
        self.size += bytes.len() as u64;
        self.hash.update(bytes);
        self.head.extend(bytes.iter().take(kinds::HEAD - self.head.len()));
        let mut left = bytes;
        while !left.is_empty() {
            let (fits, rest) = left.split_at(left.len().min(CHUNK - self.buffer.len()));
            self.buffer.extend_from_slice(fits);
            left = rest;
            if self.buffer.len() == CHUNK {
                let full = std::mem::take(&mut self.buffer);
                self.write(Some(full)).await?;
            }
        }
        Ok(())
    }

    async fn end(mut self, name: FileName, claim: Option<&str>) -> Result<Arrived> {
        let last = std::mem::take(&mut self.buffer);
        if !last.is_empty() || self.chunks == 0 {
            self.write(Some(last).filter(|last| !last.is_empty())).await?;
        }
        self.written().await?;
        let mime_type = kinds::settle(claim, name.as_str(), &self.head);
        Ok(Arrived {
            id: self.id.ok_or_else(|| Error::internal("an upload has no row"))?,
            mime_type,
            name,
            size: i64::try_from(self.size).unwrap_or(i64::MAX),
            sha256: self.hash.finalize().into(),
        })
    }

    /// Has a chunk written once the one before it is; a file without any bytes has a row all the same.
    async fn write(&mut self, bytes: Option<Vec<u8>>) -> Result<()> {
        self.written().await?;
        let (store, pending, known, number) = (self.store.clone(), self.pending.clone(), self.id, self.chunks);
        self.chunks += 1;
        self.writing = Some(rt::spawn(async move {
            let hashed = bytes.map(|bytes| (<[u8; 32]>::from(Sha256::digest(&bytes)), bytes));
            let write = move |tx: &Tx| {
                let id = match known {
                    Some(id) => id,
                    // Noted by the write itself: the request may have ended before it hears of the number.
                    None => pending.note(chunks::begin(tx)?),
                };
                if let Some((sha256, bytes)) = &hashed {
                    chunks::add(tx, id, number, sha256, bytes)?;
                }
                Ok(id)
            };
            store.write(Actor::SYSTEM, write).await
        }));
        Ok(())
    }

    async fn written(&mut self) -> Result<()> {
        if let Some(writing) = self.writing.take() {
            self.id = Some(writing.await.map_err(Error::internal)??);
        }
        Ok(())
    }
}

/// The uploads of a request. Those that were not kept when the request and its writes have ended are given up.
struct Pending {
    store: Store,
    ids: Mutex<Vec<FileId>>,
}

impl Pending {
    fn note(&self, id: FileId) -> FileId {
        self.ids.lock().unwrap_or_else(PoisonError::into_inner).push(id);
        id
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        let ids = std::mem::take(&mut *self.ids.lock().unwrap_or_else(PoisonError::into_inner));
        if !ids.is_empty() {
            chunks::give_up_later(&self.store, ids);
        }
    }
}

/// How fast a client sends. The time that it waits for us is not held against it.
struct Pace {
    patience: Patience,
    begun: Instant,
    waited: Duration,
    received: u64,
}

impl Pace {
    fn new(patience: Patience) -> Self {
        Self { patience, begun: Instant::now(), waited: Duration::ZERO, received: 0 }
    }

    fn received(&mut self, bytes: usize) {
        self.received = self.received.saturating_add(bytes as u64);
    }

    /// The next item of a stream, unless it comes too late.
    async fn next<S: Stream + Unpin>(&mut self, stream: &mut S) -> Result<Option<S::Item>> {
        let earned = Duration::from_secs_f64(self.received as f64 / self.patience.upload_rate.max(1) as f64);
        let allowed = self.patience.upload_grace.saturating_add(earned).saturating_sub(self.waited);
        let left = self.patience.upload.saturating_sub(self.begun.elapsed()).min(allowed);
        let asked = Instant::now();
        let item = tokio::time::timeout(left, stream.next()).await.map_err(|_| self.too_slow())?;
        self.waited += asked.elapsed();
        Ok(item)
    }

    fn too_slow(&self) -> Error {
        let (longest, rate) = (self.patience.upload.as_secs_f32(), self.patience.upload_rate);
        let message = format!("An upload may take {longest} seconds, and must come at {rate} bytes a second at least.");
        Error::new(Code::RequestTimeout, message)
    }
}

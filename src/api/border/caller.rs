//! Who calls, as a parameter type: [`Reader`], [`Writer`] or [`Admin`]. It carries the store, so a handler that forgot to
//! say who may call it has nothing to read from; and what a request may do with the store is said here, once.

use crate::api::border::access::Access;
use crate::api::border::access::Administer;
use crate::api::border::access::Change;
use crate::api::border::access::Level;
use crate::api::border::access::Look;
use crate::api::border::answer;
use crate::api::border::answer::Meta;
use crate::api::border::answer::Resource;
use crate::api::border::conditional::Tags;
use crate::api::border::context::Context;
use crate::api::border::gate::Admission;
use crate::api::border::idempotency;
use crate::api::border::idempotency::Outcome;
use crate::api::border::operation::Argument;
use crate::api::border::operation::Operation;
use crate::api::border::operation::Place;
use crate::api::border::query;
use crate::api::border::reply::Created;
use crate::api::border::reply::Deleted;
use crate::api::border::reply::Listed;
use crate::api::border::reply::Reply;
use crate::api::border::reply::Shown;
use crate::api::border::reply::Told;
use crate::desk::api_keys::Scope;
use crate::desk::credentials::Credentials;
use crate::desk::users::Role;
use crate::store::answers;
use crate::store::answers::Answer;
use crate::store::answers::Fingerprint;
use crate::store::answers::RequestKey;
use crate::store::tx::Tx;
use crate::types::Result;
use crate::types::error::Code;
use crate::types::error::Error;
use crate::types::paging::Page;
use crate::types::paging::Paging;
use crate::types::time::Time;
use actix_web::FromRequest;
use actix_web::HttpMessage;
use actix_web::HttpRequest;
use actix_web::HttpResponse;
use actix_web::dev::Payload;
use actix_web::http::Method;
use actix_web::http::header;
use actix_web::web;
use rusqlite::Connection;
use serde::Serialize;
use serde_json::json;
use std::future::Ready;
use std::future::ready;
use std::marker::PhantomData;

/// A caller who may look.
pub type Reader = Caller<Look>;
/// A caller who may look and change.
pub type Writer = Caller<Change>;
/// A caller who may do what only admins may.
pub type Admin = Caller<Administer>;

/// A caller who is known, and may go as far as `L`.
pub struct Caller<L> {
    /// Who it is.
    pub credentials: Credentials,
    /// The application's state.
    pub context: web::Data<Context>,
    method_and_path: String,
    path: String,
    query: String,
    idempotency_key: Option<String>,
    if_match: Tags,
    if_none_match: Tags,
    level: PhantomData<L>,
}

impl<L: Level> FromRequest for Caller<L> {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Self::admit(request))
    }
}

impl<L: Level> Argument for Caller<L> {
    fn describe(operation: &mut Operation) {
        operation.may(&[
            Code::InvalidParameter,
            Code::Unauthorized,
            Code::RateLimited,
            Code::Internal,
            Code::Unavailable,
        ]);
        if L::ACCESS == Access::Read {
            return;
        }
        operation.may(&[Code::Forbidden]);
        if operation.method == Method::POST {
            idempotency::describe(operation);
        } else if [Method::PATCH, Method::DELETE].contains(&operation.method) {
            let text = "The `ETag` of the object that was read: 412 if somebody else has changed it since.";
            operation.described_parameter(Place::Header, "If-Match", text, json!({"type": "string"}));
            operation.may(&[Code::PreconditionFailed]);
        }
    }
}

impl<L: Level> Caller<L> {
    fn admit(request: &HttpRequest) -> Result<Self> {
        let admission = request.extensions_mut().remove::<Admission>();
        let credentials = admission.map_or_else(|| Err(Error::unauthorized()), |admission| admission.credentials)?;
        authorize(&credentials, L::ACCESS)?;
        query::refuse_any(request)?;
        let context = request.app_data::<web::Data<Context>>().cloned();
        Ok(Self {
            credentials,
            context: context.ok_or_else(|| Error::internal("the application has no state"))?,
            method_and_path: format!("{} {}", request.method(), request.path()),
            path: request.path().to_owned(),
            query: request.query_string().to_owned(),
            idempotency_key: idempotency::key_of(request)?,
            if_match: Tags::of(request, header::IF_MATCH),
            if_none_match: Tags::of(request, header::IF_NONE_MATCH),
            level: PhantomData,
        })
    }

    /// `{"data": …}` of something without an `ETag`.
    ///
    /// # Errors
    /// Those of `read`.
    pub async fn look<T, F>(&self, read: F) -> Result<Reply<Told<T>>>
    where
        T: Serialize,
        F: FnOnce(&Connection, Time) -> Result<T> + Send + 'static,
    {
        let now = self.context.clock.now();
        let body = self.context.store.read(move |db| answer::data(&read(db, now)?)).await?;
        Ok(answer::json(200, body).into())
    }

    /// A single object with its `ETag`; 304 if the client has it already.
    ///
    /// # Errors
    /// Those of `read`.
    pub async fn show<T, F>(&self, read: F) -> Result<Reply<Shown<T>>>
    where
        T: Resource,
        F: FnOnce(&Connection, Time) -> Result<T> + Send + 'static,
    {
        let now = self.context.clock.now();
        let (body, etag) = self.context.store.read(move |db| answer::tagged(&read(db, now)?)).await?;
        if self.if_none_match.hold(&etag) {
            return Ok(HttpResponse::NotModified().insert_header((header::ETAG, etag)).finish().into());
        }
        let mut response = answer::json(200, body);
        set(&mut response, header::ETAG, &etag);
        Ok(response.into())
    }

    /// A page of a list, with `meta` and `Link`.
    ///
    /// # Errors
    /// Those of `read`.
    pub async fn list<T, F>(&self, paging: Paging, read: F) -> Result<Reply<Listed<T>>>
    where
        T: Serialize,
        F: FnOnce(&Connection, &Paging, Time) -> Result<Page<T>> + Send + 'static,
    {
        let now = self.context.clock.now();
        let (page, per_page) = (paging.page, paging.per_page);
        let written = self.context.store.read(move |db| {
            let found = read(db, &paging, now)?;
            let meta = Meta { current_page: page, per_page, total_count: found.total };
            Ok((serde_json::to_string(&Rows { data: &found.rows, meta })?, found.next))
        });
        let (body, next) = written.await?;
        let mut response = answer::json(200, body);
        if let Some(next) = next {
            let next = [("page", (page + 1).to_string()), ("cursor", next.to_string())];
            set(&mut response, header::LINK, &self.link(&next));
        }
        Ok(response.into())
    }

    /// `Link: <…>; rel="next"`: this request's address with these parameters in place of its own.
    pub fn link(&self, parameters: &[(&str, String)]) -> String {
        let kept = url::form_urlencoded::parse(self.query.as_bytes())
            .filter(|(name, _)| !parameters.iter().any(|(other, _)| other == name));
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(kept);
        query.extend_pairs(parameters);
        let base = self.context.settings.public_url.as_deref().unwrap_or("").trim_end_matches('/');
        format!("<{base}{}?{}>; rel=\"next\"", self.path, query.finish())
    }
}

/// What only those may do who may change things.
pub trait MayChange: Level {}
impl MayChange for Change {}
impl MayChange for Administer {}

impl<L: MayChange> Caller<L> {
    /// POST that creates: 201, `Location`, `ETag` and the full object. `collection` is the path that ids hang under.
    ///
    /// # Errors
    /// Those of `make`.
    pub async fn create<T, F>(&self, collection: &str, fingerprint: Fingerprint, make: F) -> Result<Reply<Created<T>>>
    where
        T: Resource,
        F: FnOnce(&Tx) -> Result<T> + Send + 'static,
    {
        let collection = collection.to_owned();
        self.post(fingerprint, T::SHOWS_SECRET, move |tx| answer::created(&collection, &make(tx)?)).await
    }

    /// The same caller, whose request is not kept for repetition: what changes nothing can simply be asked again.
    pub fn rehearsing(self, rehearsal: bool) -> Self {
        Self { idempotency_key: self.idempotency_key.filter(|_| !rehearsal), ..self }
    }

    /// Any POST: done once for each `Idempotency-Key`.
    ///
    /// # Errors
    /// Those of `make`, and of [`idempotency::once`].
    pub async fn post<S, F>(&self, fingerprint: Fingerprint, secret: bool, make: F) -> Result<Reply<S>>
    where
        F: FnOnce(&Tx) -> Result<Answer> + Send + 'static,
    {
        let Some(key) = self.idempotency_key.clone() else {
            let answer = self.context.store.write(self.credentials.actor(), make).await?;
            return Ok(sent(answer).into());
        };
        let target = self.method_and_path.clone();
        let request = RequestKey { credential: self.credentials.repeats_as(), target, key };
        let place = self.context.in_flight.enter(&request)?;
        let write = self.context.store.write(self.credentials.actor(), move |tx| {
            // Held by the write itself: a caller who goes away must not make room for a second one.
            let _place = place;
            idempotency::once(tx, &request, &fingerprint, make, secret)
        });
        match write.await? {
            Outcome::Done(answer) => Ok(sent(answer).into()),
            Outcome::Replayed(answer) => Ok(replayed(answer).into()),
        }
    }

    /// A POST whose work lies outside of the store, and is done before anything is written: done once for each
    /// `Idempotency-Key`, unless the server is killed in between.
    ///
    /// # Errors
    /// Those of `work`, and of [`idempotency::once`].
    pub async fn post_after<S, W>(&self, fingerprint: Fingerprint, work: W) -> Result<Reply<S>>
    where
        W: Future<Output = Result<Answer>>,
    {
        let Some(key) = self.idempotency_key.clone() else { return Ok(sent(work.await?).into()) };
        let target = self.method_and_path.clone();
        let request = RequestKey { credential: self.credentials.repeats_as(), target, key };
        let _place = self.context.in_flight.enter(&request)?;
        let kept = {
            let request = request.clone();
            self.context
                .store
                .write(self.credentials.actor(), move |tx| idempotency::replay(tx, &request, &fingerprint))
                .await?
        };
        if let Some(answer) = kept {
            return Ok(replayed(answer).into());
        }
        let answer = work.await?;
        let kept = answer.clone();
        self.context
            .store
            .write(self.credentials.actor(), move |tx| answers::keep(tx, &request, &fingerprint, &kept))
            .await?;
        Ok(sent(answer).into())
    }

    /// PATCH: 200 and the full object; `current` is read first, and compared with `If-Match`.
    ///
    /// # Errors
    /// `precondition_failed`; those of `current` and `change`.
    pub async fn update<T, C, F>(&self, current: C, change: F) -> Result<Reply<Shown<T>>>
    where
        T: Resource,
        C: FnOnce(&Tx) -> Result<T> + Send + 'static,
        F: FnOnce(&Tx) -> Result<T> + Send + 'static,
    {
        let if_match = self.if_match.clone();
        let write = self.context.store.write(self.credentials.actor(), move |tx| {
            if if_match != Tags::Absent {
                if_match.require(current(tx)?.version())?;
            }
            answer::tagged(&change(tx)?)
        });
        let (body, etag) = write.await?;
        let mut response = answer::json(200, body);
        set(&mut response, header::ETAG, &etag);
        Ok(response.into())
    }

    /// DELETE: 204; `current` is read first, and compared with `If-Match`.
    ///
    /// # Errors
    /// `precondition_failed`; those of `current` and `remove`.
    pub async fn delete<T, C, F>(&self, current: C, remove: F) -> Result<Reply<Deleted>>
    where
        T: Resource,
        C: FnOnce(&Tx) -> Result<T> + Send + 'static,
        F: FnOnce(&Tx) -> Result<()> + Send + 'static,
    {
        self.remove(current, remove).await?;
        Ok(gone())
    }

    /// As [`Caller::delete`], where something is left to be done before the answer; gives what `remove` gives.
    ///
    /// # Errors
    /// As [`Caller::delete`].
    pub async fn remove<T, R, C, F>(&self, current: C, remove: F) -> Result<R>
    where
        T: Resource,
        R: Send + 'static,
        C: FnOnce(&Tx) -> Result<T> + Send + 'static,
        F: FnOnce(&Tx) -> Result<R> + Send + 'static,
    {
        let if_match = self.if_match.clone();
        let write = self.context.store.write(self.credentials.actor(), move |tx| {
            if_match.require(current(tx)?.version())?;
            remove(tx)
        });
        write.await
    }

    /// Refuses what only an admin with the scope `admin` may ask for.
    ///
    /// # Errors
    /// `forbidden`.
    pub fn require_admin(&self) -> Result<()> {
        authorize(&self.credentials, Access::Admin)
    }
}

fn authorize(credentials: &Credentials, access: Access) -> Result<()> {
    let scope = match access {
        Access::Public => return Ok(()),
        Access::Read => Scope::Read,
        Access::Write => Scope::Write,
        Access::Admin => Scope::Admin,
    };
    if access == Access::Admin && credentials.role != Role::Admin {
        return Err(Error::forbidden("Only an admin may do this."));
    }
    if !credentials.scopes.allow(scope) {
        return Err(Error::forbidden(format!("This API key lacks the scope `{scope}`.")));
    }
    Ok(())
}

#[derive(Serialize)]
struct Rows<'a, T> {
    data: &'a [T],
    meta: Meta,
}

fn sent(answer: Answer) -> HttpResponse {
    let mut response = match answer.body {
        Some(body) => answer::json(answer.status, body),
        None => HttpResponse::NoContent().finish(),
    };
    for (name, value) in [(header::LOCATION, answer.location), (header::ETAG, answer.etag)] {
        if let Some(value) = value {
            set(&mut response, name, &value);
        }
    }
    response
}

fn replayed(answer: Answer) -> HttpResponse {
    let mut response = sent(answer);
    set(&mut response, header::HeaderName::from_static("idempotent-replayed"), "true");
    response
}

/// The answer to a DELETE.
pub fn gone() -> Reply<Deleted> {
    HttpResponse::NoContent().finish().into()
}

/// Sets a header; one that can't be written is left out.
pub fn set(response: &mut HttpResponse, name: header::HeaderName, value: &str) {
    if let Ok(value) = header::HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}

//! /v1/webhooks over HTTP.

use crate::api::border::answer;
use crate::api::border::answer::Resource;
use crate::api::border::caller::Admin;
use crate::api::border::input::Input;
use crate::api::border::input::PathId;
use crate::api::border::query::PAGING;
use crate::api::border::query::Query;
use crate::api::border::query::SYNC;
use crate::api::border::routes::Routes;
use crate::desk::webhooks;
use crate::desk::webhooks::NewWebhook;
use crate::desk::webhooks::Webhook;
use crate::desk::webhooks::WebhookPatch;
use crate::desk::webhooks::WithSecret;
use crate::store::answers::Answer;
use crate::store::answers::NO_BODY;
use crate::store::tx::Tx;
use crate::types::Result;
use actix_web::HttpResponse;
use actix_web::http::Method;

/// Adds the routes of webhooks.
pub fn routes(v1: &mut Routes) {
    v1.add(Method::GET, "/v1/webhooks", &[&PAGING, &SYNC], list);
    v1.add(Method::POST, "/v1/webhooks", &[], create);
    v1.add(Method::GET, "/v1/webhooks/{webhook_id}", &[], show);
    v1.add(Method::PATCH, "/v1/webhooks/{webhook_id}", &[], update);
    v1.add(Method::DELETE, "/v1/webhooks/{webhook_id}", &[], delete);
    v1.add(Method::POST, "/v1/webhooks/{webhook_id}/rotate_secret", &[], rotate_secret);
}

impl Resource for Webhook {
    fn id(&self) -> String {
        self.id.to_string()
    }
    fn version(&self) -> i64 {
        self.version
    }
}

impl Resource for WithSecret {
    const SHOWS_SECRET: bool = true;
    fn id(&self) -> String {
        self.webhook.id.to_string()
    }
    fn version(&self) -> i64 {
        self.webhook.version
    }
}

async fn list(who: Admin, mut query: Query) -> Result<HttpResponse> {
    let order = query.order(&[("created_at", "created_at"), ("updated_at", "updated_at")], true);
    let paging = query.paging();
    query.done()?;
    who.list(paging, move |db, paging, _| webhooks::list(db, order, paging)).await
}

async fn show(who: Admin, id: PathId<Webhook>) -> Result<HttpResponse> {
    who.show(move |db, _| webhooks::get(db, id.0)).await
}

async fn create(who: Admin, new: Input<NewWebhook>) -> Result<HttpResponse> {
    let targets = who.context.settings.webhook_targets;
    who.create("/v1/webhooks", new.fingerprint, move |tx| webhooks::create(tx, new.value, targets)).await
}

async fn update(who: Admin, id: PathId<Webhook>, patch: Input<WebhookPatch>) -> Result<HttpResponse> {
    let targets = who.context.settings.webhook_targets;
    let current = move |tx: &Tx| webhooks::get(tx, id.0);
    let updated = who.update(current, move |tx| webhooks::update(tx, id.0, patch.value, targets)).await?;
    // It may have gone off, and left deliveries behind.
    who.context.post.ringer.ring();
    Ok(updated)
}

async fn delete(who: Admin, id: PathId<Webhook>) -> Result<HttpResponse> {
    let deleted = who.delete(move |tx| webhooks::get(tx, id.0), move |tx| webhooks::delete(tx, id.0)).await?;
    who.context.post.ringer.ring();
    Ok(deleted)
}

async fn rotate_secret(who: Admin, id: PathId<Webhook>) -> Result<HttpResponse> {
    who.post(NO_BODY, true, move |tx| {
        let (body, etag) = answer::tagged(&webhooks::rotate_secret(tx, id.0)?)?;
        Ok(Answer { status: 200, location: None, etag: Some(etag), body: Some(body), contact: None })
    })
    .await
}

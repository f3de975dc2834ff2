//! The yardsticks of the search: the bare index and FTS5, behind a bare server. They find, rank and count, no more: no rows
//! are read, and nothing is marked.

use crate::cli::Failure;
use crate::cli::bench::search::HITS;
use crate::cli::bench::search::fts;
use crate::cli::bench::yardstick;
use crate::cli::bench::yardstick::Answer;
use crate::cli::bench::yardstick::Pool;
use crate::search::bare::Bare;
use crate::types::error::Error;
use actix_web::HttpResponse;
use actix_web::web;
use serde::Deserialize;
use std::net::SocketAddr;
use std::path::Path;

/// What is asked of FTS5, and of the bare index.
#[derive(Deserialize)]
struct Asked {
    q: String,
    status: Option<String>,
}

/// The bare index, and the store that names are looked up in.
struct Index {
    bare: Bare,
    store: Pool,
}

/// Serves until the process is ended.
pub fn serve(address: SocketAddr, directory: &Path) -> Result<(), Failure> {
    let store = yardstick::pool(directory)?;
    let bare = web::Data::new(Index { bare: Bare::open(directory)?, store });
    let table = web::Data::new(fts::pool(directory)?);
    yardstick::run(address, move |routes| {
        routes
            .app_data(bare.clone())
            .app_data(table.clone())
            .route("/tantivy", web::get().to(tantivy))
            .route("/fts", web::get().to(fts5));
    })
}

async fn tantivy(index: web::Data<Index>, asked: web::Query<Asked>) -> Answer {
    let search = move || -> Result<usize, Error> {
        let db = index.store.get().map_err(Error::internal)?;
        index.bare.ask(&db, &asked.q, HITS)
    };
    counted(web::block(search).await??)
}

async fn fts5(table: web::Data<Pool>, asked: web::Query<Asked>) -> Answer {
    let search = move || -> Result<i64, Error> {
        let db = table.get().map_err(Error::internal)?;
        Ok(fts::search(&db, &asked.q, asked.status.as_deref(), HITS as i64)?)
    };
    counted(web::block(search).await??)
}

fn counted(count: impl ToString) -> Answer {
    Ok(HttpResponse::Ok().body(count.to_string()))
}

//! The index heals by itself: deleted, damaged, of another store or another version, it is made again at the next start.

use crate::harness::TestApp;
use crate::search::found;
use crate::search::search;
use commflow::search::state::Phase;
use fastrand::Rng;
use serde_json::json;
use std::fs;
use std::path::PathBuf;
use std::time::Duration;

fn folder(desk: &TestApp) -> PathBuf {
    desk.data_dir().join("index")
}

fn furnish(desk: &TestApp) -> String {
    let sarah = desk.agent("sarah");
    for number in 0..20 {
        sarah.ticket(json!({"subject": format!("Kettle number{number}"), "contact": {"email": format!("c{number}@example.com")}}));
    }
    assert_eq!(found(&sarah, "number7"), ["conv_008", "ticket_008"]);
    sarah.key.clone().unwrap()
}

fn is_whole(desk: &TestApp, key: &str) {
    let sarah = desk.with_key(key);
    assert_eq!(found(&sarah, "number7"), ["conv_008", "ticket_008"]);
    assert_eq!(search(&sarah, "kettle").body["meta"]["total_results"], 40);
    assert_eq!(desk.index_faults(), Vec::<String>::new());
}

#[test]
fn a_deleted_index_is_made_again() {
    let mut desk = TestApp::new();
    let key = furnish(&desk);
    let folder = folder(&desk);
    desk.restart_after(|| fs::remove_dir_all(&folder).unwrap());
    is_whole(&desk, &key);
}

#[test]
fn a_damaged_index_is_noticed_and_made_again() {
    let mut desk = TestApp::new();
    let key = furnish(&desk);
    let folder = folder(&desk);
    let mut rng = Rng::with_seed(7);
    for round in 0..24 {
        let mut files: Vec<PathBuf> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.retain(|path| path.extension().is_none_or(|end| end != "lock") && fs::metadata(path).unwrap().len() > 0);
        files.sort();
        let file = files[round % files.len()].clone();
        desk.restart_after(|| {
            let mut bytes = fs::read(&file).unwrap();
            match round % 4 {
                0 => fs::remove_file(&file).unwrap(),
                1 => fs::write(&file, &bytes[..rng.usize(0..bytes.len())]).unwrap(),
                2 => fs::write(&file, "{").unwrap(),
                _ => {
                    let at = rng.usize(0..bytes.len());
                    bytes[at] ^= 1 << rng.u8(0..8);
                    fs::write(&file, bytes).unwrap();
                }
            }
        });
        is_whole(&desk, &key);
    }
}

#[test]
fn an_index_of_another_time_is_made_again() {
    let mut desk = TestApp::new();
    let key = furnish(&desk);
    let (folder, beside) = (folder(&desk), desk.data_dir().join("beside"));
    let store = desk.data_dir().join(commflow::store::FILE_NAME);
    // The store as it was, under an index that knows more: a restored backup.
    let (copy, restored) = (beside.clone(), store.clone());
    desk.restart_after(|| assert!(fs::copy(&store, &copy).is_ok()));
    let sarah = desk.with_key(&key);
    sarah.ticket(json!({"subject": "lateword"}));
    assert_eq!(found(&sarah, "lateword").len(), 2);
    desk.restart_after(|| assert!(fs::copy(&beside, &restored).is_ok()));
    let sarah = desk.with_key(&key);
    assert_eq!(found(&sarah, "lateword"), Vec::<String>::new());
    is_whole(&desk, &key);
    // Of an older version.
    let meta = folder.join("meta.json");
    desk.restart_after(|| {
        let text = fs::read_to_string(&meta).unwrap();
        let older = text.replace("\\\"version\\\":1", "\\\"version\\\":0");
        assert_ne!(text, older);
        fs::write(&meta, older).unwrap();
    });
    is_whole(&desk, &key);
}

#[test]
fn an_index_that_is_behind_catches_up() {
    let mut desk = TestApp::new();
    let key = furnish(&desk);
    let (folder, copy) = (folder(&desk), desk.data_dir().join("older"));
    desk.restart_after(|| copy_folder(&folder, &copy));
    desk.with_key(&key).ticket(json!({"subject": "lateword"}));
    desk.restart_after(|| {
        fs::remove_dir_all(&folder).unwrap();
        copy_folder(&copy, &folder);
    });
    assert_eq!(found(&desk.with_key(&key), "lateword"), ["conv_021", "ticket_021"]);
    assert_eq!(desk.index_faults(), Vec::<String>::new());
}

fn copy_folder(from: &PathBuf, to: &PathBuf) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, to.join(path.file_name().unwrap())).unwrap();
    }
}

#[test]
fn an_index_that_another_process_holds_is_left_alone() {
    let mut desk = TestApp::new();
    let key = furnish(&desk);
    let lock_path = folder(&desk).join(".tantivy-writer.lock");
    let mut held = None;
    desk.settings(|settings| settings.patience.index = Duration::from_secs(1));
    desk.restart_after(|| {
        let lock = fs::File::options().write(true).open(&lock_path).unwrap();
        lock.lock().unwrap();
        held = Some(lock);
    });
    let sarah = desk.with_key(&key);
    let error = search(&sarah, "kettle").refused(503, "unavailable");
    assert!(!error.to_string().contains("lock"), "{error}");
    desk.forgive_faults();
    // The rest of the API does not mind.
    assert_eq!(sarah.get("/v1/tickets").total(), 20);
    assert_eq!(sarah.get("/healthz").body["search"]["status"], "unavailable");
    drop(held);
    desk.until("the index is open again", || sarah.get("/healthz").body["search"]["status"] != "unavailable");
    assert_eq!(
        search(&sarah, "kettle").body["meta"]["total_results"],
        40,
        "nothing was made anew, and nothing is lost"
    );
}

#[test]
fn a_search_that_can_wait_no_longer_says_that_it_is_stale() {
    let desk = TestApp::with(|settings| settings.patience.index = Duration::ZERO);
    let sarah = desk.agent("sarah");
    let is_stale = |number: u32| {
        let word = format!("word{number}");
        sarah.ticket(json!({"subject": word}));
        let answer = search(&sarah, &word);
        // Either it is found, or it is said that it may be missing. Before there is an index, there is nothing to search.
        let found = answer.body["meta"]["total_results"] == 2;
        assert!(found || answer.status == 503 || answer.body["meta"]["stale"] == true, "{}", answer.text);
        answer.body["meta"]["stale"] == true
    };
    assert!((0..200).any(is_stale), "the index was always faster");
    desk.forgive_faults();
}

#[test]
fn the_health_says_where_the_index_stands() {
    let desk = TestApp::new();
    let sarah = desk.agent("sarah");
    search(&sarah, "x").expect(200);
    assert_eq!(desk.server().search.phase(), Phase::Ready);
    assert_eq!(desk.anyone().get("/healthz").body, json!({"status": "ok", "search": {"status": "ready"}}));
}

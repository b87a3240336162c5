//! The list of pages of a folder that has no `index.html`.

use std::io;

use axum::response::{Html, IntoResponse, Response};
use cap_std::fs::Dir;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::{Site, join};
use crate::assets;
use crate::mime::is_page;

/// How many entries are listed at most. Protects memory.
const MAX_ENTRIES: usize = 2_000;
/// How much of a page is searched for its title.
const TITLE_WITHIN_BYTES: u64 = 16 << 10;

/// What need not be encoded in a link.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

/// A page or folder in the list.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Item {
    is_page: bool,
    name: String,
    title: String,
}

pub(super) fn generate(site: &Site, folder: &str) -> io::Result<Response> {
    let mut items = match site {
        Site::Example => of_example(folder),
        Site::Folder(dir) => of_folder(dir, folder)?,
    };
    items.sort();
    Ok(Html(render(folder, &items)).into_response())
}

fn of_example(folder: &str) -> Vec<Item> {
    let prefix = join(folder, "");
    assets::example_paths()
        .filter_map(|path| path.strip_prefix(&prefix))
        .filter(|name| !name.contains('/') && is_page(name))
        .map(|name| Item {
            is_page: true,
            title: name.to_owned(),
            name: name.to_owned(),
        })
        .collect()
}

fn of_folder(dir: &Dir, folder: &str) -> io::Result<Vec<Item>> {
    let dir = match folder {
        "" => dir.try_clone()?,
        _ => dir.open_dir(folder)?,
    };
    let mut items = Vec::new();
    for entry in dir.entries()?.take(MAX_ENTRIES) {
        let entry = entry?;
        let Ok(name) = entry.file_name().into_string() else {
            continue;
        };
        // Through links as well, as long as they stay inside.
        let Ok(metadata) = dir.metadata(&name) else {
            continue;
        };
        if name.starts_with('.') {
            continue;
        }
        if metadata.is_dir() {
            items.push(Item {
                is_page: false,
                title: format!("{name}/"),
                name: format!("{name}/"),
            });
        } else if metadata.is_file() && is_page(&name) {
            items.push(Item {
                is_page: true,
                title: title_of(&dir, &name).unwrap_or_else(|| name.clone()),
                name,
            });
        }
    }
    Ok(items)
}

/// A page's title, if it stands near its start.
fn title_of(dir: &Dir, name: &str) -> Option<String> {
    let mut start = Vec::new();
    let file = dir.open(name).ok()?;
    io::Read::read_to_end(&mut io::Read::take(file, TITLE_WITHIN_BYTES), &mut start).ok()?;
    let start = String::from_utf8_lossy(&start);
    let (_, rest) = start.split_once("<title>")?;
    let (title, _) = rest.split_once("</title>")?;
    let title = html_escape::decode_html_entities(title.trim()).into_owned();
    (!title.is_empty()).then_some(title)
}

fn render(folder: &str, items: &[Item]) -> String {
    let name = folder.rsplit('/').next().filter(|name| !name.is_empty());
    let heading = html_escape::encode_text(name.unwrap_or("Pages"));
    let mut list = String::new();
    for item in items {
        let (name, slash) = match item.name.strip_suffix('/') {
            Some(name) => (name, "/"),
            None => (item.name.as_str(), ""),
        };
        list.push_str(&format!(
            "<li><a href=\"{}{slash}\">{}</a></li>\n",
            utf8_percent_encode(name, PLAIN),
            html_escape::encode_text(&item.title),
        ));
    }
    if items.is_empty() {
        list.push_str("<li>There are no pages here.</li>\n");
    }
    include_str!("index.html")
        .replace("{heading}", &heading)
        .replace("{list}", &list)
}

#[cfg(test)]
mod tests {
    use super::{Item, render};

    #[test]
    fn names_and_titles_are_escaped() {
        let html = render(
            "a/<b>",
            &[Item {
                is_page: true,
                name: "x\"&y.html".into(),
                title: "<i>".into(),
            }],
        );
        assert!(html.contains("<h1>&lt;b&gt;</h1>"));
        assert!(html.contains("<a href=\"x%22%26y.html\">&lt;i&gt;</a>"));
    }

    #[test]
    fn an_empty_folder_says_so() {
        assert!(render("", &[]).contains("There are no pages here"));
    }
}

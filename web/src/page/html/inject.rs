//! The second pass: marks the blocks and brings in the model, the script and the style.

use std::cell::Cell;
use std::collections::HashMap;
use std::rc::Rc;

use lol_html::errors::RewritingError;
use lol_html::html_content::{ContentType, Element};
use lol_html::{HandlerResult, HtmlRewriter, Settings, element, end, end_tag};

use super::super::Page;

const STYLE: &str = r#"<link rel="stylesheet" href="/_croquant/app.css">"#;
const SCRIPT: &str = r#"<script type="module" src="/_croquant/app.js"></script>"#;

/// What the second pass puts into the page.
pub(super) struct Injection {
    places: HashMap<usize, u32>,
    model: String,
}

/// Something that is put before an end tag, or at the page's end if that tag never comes.
struct Once {
    html: String,
    done: Cell<bool>,
}

impl Once {
    fn new(html: String) -> Rc<Self> {
        Rc::new(Self {
            html,
            done: Cell::new(false),
        })
    }

    fn take(&self) -> Option<&str> {
        (!self.done.replace(true)).then_some(&self.html)
    }

    fn before_end_of(self: &Rc<Self>, element: &mut Element<'_, '_>) -> HandlerResult {
        let once = Rc::clone(self);
        element.on_end_tag(end_tag!(move |tag| {
            if let Some(html) = once.take() {
                tag.before(html, ContentType::Html);
            }
            Ok(())
        }))
    }
}

impl Injection {
    pub(super) fn new(page: &Page, places: Vec<(usize, u32)>) -> Self {
        Self {
            places: places.into_iter().collect(),
            model: format!(
                r#"<script type="application/json" id="croquant-page">{}</script>"#,
                page.embedded_json()
            ),
        }
    }

    pub(super) fn apply(self, html: &[u8]) -> Result<Vec<u8>, RewritingError> {
        let style = Once::new(STYLE.to_owned());
        let script = Once::new(format!("{}{SCRIPT}", self.model));
        let settings = Settings::new()
            .with_strict(false)
            .with_adjust_charset_on_meta_tag(true)
            .append_element_content_handler(element!("pre", |pre| {
                let place = pre.source_location().bytes().start;
                if let Some(id) = self.places.get(&place) {
                    pre.set_attribute("data-croquant-block", &id.to_string())?;
                }
                Ok(())
            }))
            .append_element_content_handler(element!("head", |head| style.before_end_of(head)))
            .append_element_content_handler(element!("body", |body| script.before_end_of(body)))
            .append_document_content_handler(end!(|end| {
                for once in [&style, &script] {
                    if let Some(html) = once.take() {
                        end.append(html, ContentType::Html);
                    }
                }
                Ok(())
            }));
        let mut output = Vec::with_capacity(html.len() + self.model.len() + 256);
        let mut rewriter =
            HtmlRewriter::new(settings, |bytes: &[u8]| output.extend_from_slice(bytes));
        rewriter.write(html)?;
        rewriter.end()?;
        Ok(output)
    }
}

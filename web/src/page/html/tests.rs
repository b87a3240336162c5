use super::super::BlockKind;
use super::rewrite_html;

/// The blocks of a body, in a short form: `T source=>output|…` or `C source`.
#[track_caller]
fn check(body: &str, expected: &[&str]) {
    let page = format!("<html><head></head><body>{body}</body></html>");
    let rewritten = rewrite_html(page.as_bytes()).unwrap();
    let got: Vec<String> = rewritten
        .page
        .blocks
        .iter()
        .map(|block| match &block.kind {
            BlockKind::Cell { source } => format!("C {source}"),
            BlockKind::Transcript { entries } => {
                let entries: Vec<String> = entries
                    .iter()
                    .map(|entry| format!("{}=>{}", entry.source, entry.expected))
                    .collect();
                format!("T {}", entries.join("|"))
            }
        })
        .collect();
    assert_eq!(got, expected);
    // Whatever is not ours is as it was.
    let html = String::from_utf8(rewritten.html).unwrap();
    let mut stripped = html.clone();
    if !expected.is_empty() {
        for id in 0..expected.len() {
            stripped = stripped.replacen(&format!(" data-croquant-block=\"{id}\""), "", 1);
        }
        let style = r#"<link rel="stylesheet" href="/_croquant/app.css">"#;
        let start = stripped.find(r#"<script type="application/json" id="croquant-page">"#);
        let script = r#"<script type="module" src="/_croquant/app.js"></script>"#;
        let end = stripped.find(script).unwrap() + script.len();
        stripped.replace_range(start.unwrap()..end, "");
        stripped = stripped.replacen(style, "", 1);
    }
    assert_eq!(stripped, page);
}

#[test]
fn a_bare_pre_with_a_prompt() {
    check(
        "<pre>&gt;&gt;&gt; 1 &lt; 2\nTrue\n</pre>",
        &["T 1 < 2=>True\n"],
    );
    check("<pre>\n>>> 1\n1</pre>", &["T 1=>1\n"]);
}

#[test]
fn a_bare_pre_without_a_prompt() {
    check("<pre>x = 1</pre>", &[]);
    check("<pre>see &gt;&gt;&gt; here</pre>", &[]);
    check("<pre>$ python\n&gt;&gt;&gt; 1\n1</pre>", &[]);
}

#[test]
fn sphinx() {
    check(
        "<div class=\"highlight-python3 notranslate\"><div class=\"highlight\"><pre><span></span><span class=\"n\">x</span> = \
         <span>&quot;&amp;lt;&#39;&quot;</span>\n</pre></div></div>",
        &["C x = \"&lt;'\""],
    );
    check(
        "<div class=\"highlight-default\"><pre>&gt;&gt;&gt; 1\n1</pre></div>",
        &["T 1=>1\n"],
    );
    check("<div class=\"highlight-default\"><pre>x</pre></div>", &[]);
    check("<div class=\"highlight-bash\"><pre>x</pre></div>", &[]);
    check(
        "<div class=\"highlight-pycon3\"><pre>&gt;&gt;&gt; 1\n1</pre></div>",
        &["T 1=>1\n"],
    );
    check("<div class=\"highlight-pycon\"><pre>x</pre></div>", &[]);
}

#[test]
fn a_name_that_only_begins_like_ours() {
    check("<div class=\"highlight-python2\"><pre>x</pre></div>", &[]);
    check("<div class=\"highlight-pythontb\"><pre>x</pre></div>", &[]);
}

#[test]
fn markdown() {
    check(
        "<pre><code class=\"language-python\">x = 1\n</code></pre>",
        &["C x = 1"],
    );
    check(
        "<pre><code class=\"language-py\">&gt;&gt;&gt; 1\n1\n</code></pre>",
        &["T 1=>1\n"],
    );
    check("<pre><code class=\"language-js\">x = 1\n</code></pre>", &[]);
    check("<p><code class=\"language-python\">x</code></p>", &[]);
}

#[test]
fn mkdocs_and_pandoc() {
    check(
        "<div class=\"language-python highlight\"><pre><span></span><code>x</code></pre></div>",
        &["C x"],
    );
    check(
        "<pre class=\"sourceCode python\"><code class=\"sourceCode python\">x</code></pre>",
        &["C x"],
    );
}

#[test]
fn code_above_a_prompt() {
    check(
        "<div class=\"highlight-python3\"><pre>class A:\n    x = 1\n\n&gt;&gt;&gt; A.x\n1\n</pre></div>",
        &["T class A:\n    x = 1=>|A.x=>1\n"],
    );
}

#[test]
fn prompts_inside_a_docstring_are_no_transcript() {
    check(
        "<div class=\"highlight-python3\"><pre>def f():\n    \"\"\"\n    &gt;&gt;&gt; f()\n    \"\"\"\n</pre></div>",
        &["C def f():\n    \"\"\"\n    >>> f()\n    \"\"\""],
    );
}

#[test]
fn line_numbers_are_no_code() {
    check(
        "<div class=\"highlight-python3\"><pre><span class=\"linenos\">1</span>x\n<span class=\"linenos\">2</span>y\n</pre></div>",
        &["C x\ny"],
    );
    check(
        "<div class=\"highlight-python3\"><table><tr><td class=\"linenos\"><div class=\"linenodiv\"><pre>1\n2</pre></div></td>\
         <td class=\"code\"><pre>x\ny\n</pre></td></tr></table></div>",
        &["C x\ny"],
    );
}

#[test]
fn line_breaks_and_no_break_spaces() {
    check(
        "<pre><code class=\"language-python\">if x:<br>&nbsp;&nbsp;y</code></pre>",
        &["C if x:\n  y"],
    );
}

#[test]
fn an_indented_cell() {
    check(
        "<pre><code class=\"language-python\">    x\n      y\n</code></pre>",
        &["C x\n  y"],
    );
}

#[test]
fn blocks_are_numbered_in_order() {
    let body = "<pre>&gt;&gt;&gt; 1</pre><pre>no</pre><pre>&gt;&gt;&gt; 2</pre>";
    check(body, &["T 1=>", "T 2=>"]);
    let html = String::from_utf8(rewrite_html(body.as_bytes()).unwrap().html).unwrap();
    assert!(html.starts_with(
        "<pre data-croquant-block=\"0\">&gt;&gt;&gt; 1</pre><pre>no</pre><pre data-croquant-block=\"1\">"
    ));
}

#[test]
fn a_fragment_gets_everything_at_its_end() {
    let html = rewrite_html(b"<pre>&gt;&gt;&gt; 1</pre>").unwrap().html;
    let html = String::from_utf8(html).unwrap();
    assert!(html.ends_with("</script>"));
    assert_eq!(html.matches("app.css").count(), 1);
    assert_eq!(html.matches("app.js").count(), 1);
}

#[test]
fn a_page_without_end_tags() {
    let html = rewrite_html(b"<html><head><title>A &amp; B</title><body><pre>>>> 1").unwrap();
    assert_eq!(html.page.title, "A & B");
    let html = String::from_utf8(html.html).unwrap();
    assert_eq!(html.matches("app.css").count(), 1);
    assert_eq!(html.matches("app.js").count(), 1);
}

#[test]
fn the_model_cannot_leave_its_script() {
    let source = "&gt;&gt;&gt; '&lt;/script&gt;&lt;!--&lt;script&gt;' + 'é\u{2028}🐍' &amp; 1";
    let page = format!("<body><pre>{source}</pre></body>");
    let rewritten = rewrite_html(page.as_bytes()).unwrap();
    let html = String::from_utf8(rewritten.html).unwrap();
    let start = html.find("croquant-page\">").unwrap() + "croquant-page\">".len();
    let end = start + html[start..].find('<').unwrap();
    assert!(html[end..].starts_with("</script><script type=\"module\""));
    assert!(html[start..end].is_ascii());
    let model: serde_json::Value = serde_json::from_str(&html[start..end]).unwrap();
    assert_eq!(
        model["blocks"][0]["entries"][0]["source"],
        "'</script><!--<script>' + 'é\u{2028}🐍' & 1"
    );
}

#[test]
fn the_model_as_the_browser_reads_it() {
    let page = "<body><pre>&gt;&gt;&gt; 2 + 2\n4</pre><pre><code class=\"language-py\">x</code></pre></body>";
    let json = rewrite_html(page.as_bytes()).unwrap().page.embedded_json();
    let model: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(
        model,
        serde_json::json!({"blocks": [
            {"id": 0, "kind": "transcript", "entries": [{"source": "2 + 2", "expected": "4\n"}]},
            {"id": 1, "kind": "cell", "source": "x"},
        ]})
    );
}

#[test]
fn other_encodings() {
    let page = b"<meta charset=\"iso-8859-1\"><body>\xe9<pre>&gt;&gt;&gt; '\xe9'\n</pre></body>";
    let rewritten = rewrite_html(page).unwrap();
    assert!(matches!(
        &rewritten.page.blocks[0].kind,
        BlockKind::Transcript { entries } if entries[0].source == "'é'"
    ));
    assert!(rewritten.html.windows(2).any(|pair| pair == b"\xe9<"));
}

#[test]
fn no_blocks_no_change() {
    let page = b"<html><head></head><body><p>\xff\xfe</p></body></html>";
    assert_eq!(rewrite_html(page).unwrap().html, page);
}

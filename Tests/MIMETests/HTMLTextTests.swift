import MIME
import Testing

struct HTMLTextTests {
    @Test(arguments: [
        ("a <b>b</b>\n c", "a b c"), ("<p>a</p><p>b</p>", "a\n\nb"), ("a<br>b<br/>c", "a\nb\nc"),
        ("<div>a</div><div>b</div>", "a\nb"),
        ("&lt;a&gt; &amp; &quot;b&quot;", "<a> & \"b\""), ("&#65;&#x42;&#x1F600;", "AB😀"),
        ("&eacute;&hellip;&nbsp;x", "é… x"),
        ("&unknown; & &;", "&unknown; & &;"), ("a<script>x<b>y</script>b", "ab"), ("<style>p{}</style>a", "a"),
        ("<script>never closed", ""), ("a<!-- b > c -->d", "ad"), ("a<!-->b", "ab"), ("a<!-- open", "a"),
        ("<a title=\">\">x</a>", "x"),
        ("1 < 2", "1 < 2"), ("<title>t</title>x", "x"), ("<table><tr><td>a</td><td>b</td></tr></table>", "a\tb"),
        ("<pre>a\n  b</pre>", "a\n  b"), ("<img alt=\"cat\" src=x>", "cat"), ("<IMG ALT='a&amp;b'>", "a&b"),
        ("&#128;", "€"), ("&#0;", "\u{FFFD}"),
        ("&#99999999999;", "\u{FFFD}"), ("fr<!-- x -->ee", "free"), ("a</p>b", "a\n\nb"),
        ("<ul><li>a<li>b</ul>", "a\nb"), ("<", "<"), ("</", "</"), ("<a", ""),
        ("<ScRiPt>x</sCrIpT >y", "y"), ("x<?php echo 1 ?>y", "xy"), ("가<b>나</b>", "가나"), ("&nbspx", " x"),
        ("&ampx", "&x"), ("operaci&oacuten", "operación"), ("&hellip x &hellip;", "&hellip x …"),
        ("&notin;&notit;", "∉¬it;"),
        ("&commat;&period;&Tab;x&comma;", "@.\tx,"), ("&lstrok;&zdot;&LT;b&GT", "łż<b>"), ("&angst &AMPx", "&angst &x"),
        ("a<b size=3D\"4=\n\">b</b> c <i title=\"x\">d</i>", "ab c d"), ("<a x=y\"z>b</a>\"", "b\""),
        ("<a x = '>' y>b", "b"), ("<a\n/x=\">\"/>b", "b"), ("<a =\">\">b", "\">b"), ("<a x=>b", "b"),
        ("<a x y=\">\">b", "b"),
    ])
    func `text is what a reader sees`(html: String, text: String) {
        #expect(HTMLText.text(fromHTML: html) == text)
    }
}

import xml.etree.ElementTree as ET, xml.dom.minidom, html.parser
root = ET.fromstring("<a><b x='1'>t</b></a>")
print(root.find("b").attrib, ET.tostring(root), xml.dom.minidom.parseString("<a/>").documentElement.tagName)
class P(html.parser.HTMLParser):
    def handle_starttag(self, tag, attrs): print(tag, attrs)
P().feed("<p class=x>hi")

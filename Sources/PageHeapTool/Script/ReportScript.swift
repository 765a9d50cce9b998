/// The script of a report, which makes its charts answer to pointer, touch and keyboard, and its tables sort. It loads
/// nothing; without it the page is complete.
enum ReportScript {
    /// The whole script as one text, which the page's security policy names by its hash.
    static let text = """
        (() => {
        'use strict';
        \(format)
        \(axes)
        \(plot)
        \(drawing)
        \(readout)
        \(page)
        \(maps)
        \(input)
        \(tables)
        })();
        """

    /// The SHA-256 of ``text`` in base64. A browser runs no other script in a report, whatever a program is called. A test
    /// compares it with the text, and says what it has to be.
    static let hash = "I+l5ivTNxSyK+sTD/0bamfCzHyrRWKVgBP6DfCQXeAc="
}

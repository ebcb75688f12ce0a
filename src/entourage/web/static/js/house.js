// What the pages of those signed in run besides: the live line, the drawer, the search.

import "./live.js";
import "./colours.js";
import "./drawer.js";
import "./following.js";
import "./links.js";
import "./search.js";

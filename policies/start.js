// The pack, as Pulumi's runner for Node.js loads it.
require("./load.js").load("servePack").servePack();

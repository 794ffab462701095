// SPDX-License-Identifier: Apache-2.0

package common

import "github.com/espbeat/espbeat/field"

var (
	files     = field.Group("file")
	fFileName = files.Add("name", field.Keyword, "", "Name of a file that the message is about, without its directory", field.ECS)
	fFilePath = files.Add("path", field.Keyword, "", "Path of a file or directory that the message is about", field.ECS)
)

// FileName writes file.name.
func FileName(o *field.Buffer, name []byte) {
	if len(name) > 0 {
		o.Text(fFileName, name)
	}
}

// FilePath writes file.path.
func FilePath(o *field.Buffer, path []byte) {
	if len(path) > 0 {
		o.Text(fFilePath, path)
	}
}

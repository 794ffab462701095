{{- /* SPDX-License-Identifier: Apache-2.0 */ -}}

{{- /* The name of every object: the release's, with the chart's where it does not hold it. */ -}}
{{- define "espbeat.name" -}}
{{- if contains .Chart.Name .Release.Name -}}
{{- .Release.Name | trunc 63 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name .Chart.Name | trunc 63 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- /* By which a DaemonSet finds its pods: it can never change. */ -}}
{{- define "espbeat.selector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "espbeat.labels" -}}
{{ include "espbeat.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end -}}

{{- define "espbeat.image" -}}
image: {{ printf "%s:%s" .Values.image.repository (.Values.image.tag | default .Chart.AppVersion) }}
{{- with .Values.image.pullPolicy }}
imagePullPolicy: {{ . }}
{{- end }}
{{- end -}}

{{- /* espbeat.yml: what the values make of it, with .Values.config merged over it. */ -}}
{{- define "espbeat.config" -}}
{{- $input := dict "type" "live" "interfaces" .Values.interfaces -}}
{{- with .Values.filter }}{{- $_ := set $input "filter" . -}}{{- end -}}
{{- $output := dict "hosts" .Values.elasticsearch.hosts -}}
{{- if .Values.elasticsearch.apiKey.secret }}{{- $_ := set $output "api_key" "${ELASTICSEARCH_API_KEY}" -}}{{- end -}}
{{- if .Values.elasticsearch.certificateAuthority.secret }}
{{- $_ := set $output "ssl" (dict "certificate_authorities" (list (printf "/etc/espbeat-ca/%s" .Values.elasticsearch.certificateAuthority.key))) -}}
{{- end -}}
{{- $config := dict
    "espbeat.inputs" (list $input)
    "http" (dict "enabled" true "host" "127.0.0.1" "port" .Values.http.port) -}}
{{- if .Values.elasticsearch.hosts }}{{- $_ := set $config "output.elasticsearch" $output -}}{{- end -}}
{{- toYaml (mergeOverwrite $config .Values.config) -}}
{{- end -}}

{{- /* What a container needs to run espbeat with its configuration. */ -}}
{{- define "espbeat.env" -}}
{{- with .Values.elasticsearch.apiKey }}
{{- if .secret }}
- name: ELASTICSEARCH_API_KEY
  valueFrom:
    secretKeyRef:
      name: {{ .secret }}
      key: {{ .key }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "espbeat.configMounts" -}}
- name: config
  mountPath: /etc/espbeat
  readOnly: true
{{- if .Values.elasticsearch.certificateAuthority.secret }}
- name: certificate-authority
  mountPath: /etc/espbeat-ca
  readOnly: true
{{- end }}
{{- end -}}

{{- define "espbeat.configVolumes" -}}
- name: config
  configMap:
    name: {{ include "espbeat.name" . }}
    # libbeat reads no file that others may write.
    defaultMode: 0444
{{- with .Values.elasticsearch.certificateAuthority }}
{{- if .secret }}
- name: certificate-authority
  secret:
    secretName: {{ .secret }}
{{- end }}
{{- end }}
{{- end -}}

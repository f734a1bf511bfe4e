package web

func (s *Server) transcriptionRoutes() []Route {
	return []Route{}
}
